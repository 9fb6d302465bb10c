use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::{Deref, DerefMut};

/// A part that most records lack. It reads as if it were always there and empty, and costs one word where it is absent.
///
/// ```
/// use tieout::model::{Party, Rare};
/// let mut party: Rare<Party> = Rare::default();
/// assert_eq!((party.name.as_deref(), party.is_absent()), (None, true));
/// party.name = Some("Muster GmbH".to_owned());
/// assert_eq!(party.name.as_deref(), Some("Muster GmbH"));
/// assert_eq!(Rare::from(Party::default()), Rare::default());
/// ```
pub struct Rare<T>(Option<Box<T>>);

/// What can be rare: it has one empty value that lives for ever.
pub trait Empty: Default + PartialEq + 'static {
    /// The empty value.
    fn empty() -> &'static Self;
}

impl<T: Empty> Rare<T> {
    /// Whether nothing was ever put there.
    pub fn is_absent(&self) -> bool {
        self.0.is_none()
    }

    /// The value, owned; the empty one where it is absent.
    pub fn into_inner(self) -> T {
        self.0.map_or_else(T::default, |inner| *inner)
    }
}

impl<T: Empty> Deref for Rare<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            Some(inner) => inner,
            None => T::empty(),
        }
    }
}

impl<T: Empty> DerefMut for Rare<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_with(Box::default)
    }
}

impl<T: Empty> From<T> for Rare<T> {
    fn from(value: T) -> Self {
        Rare((value != *T::empty()).then(|| Box::new(value)))
    }
}

impl<T> Default for Rare<T> {
    fn default() -> Self {
        Rare(None)
    }
}

impl<T: Clone> Clone for Rare<T> {
    fn clone(&self) -> Self {
        Rare(self.0.clone())
    }
}

impl<T: Empty> PartialEq for Rare<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Empty + Eq> Eq for Rare<T> {}

impl<T: Empty + fmt::Debug> fmt::Debug for Rare<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Empty + Serialize> Serialize for Rare<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(s)
    }
}

impl<'de, T: Empty + Deserialize<'de>> Deserialize<'de> for Rare<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        T::deserialize(d).map(Rare::from)
    }
}
