//! Floor 6: pictures and explanations for people.
