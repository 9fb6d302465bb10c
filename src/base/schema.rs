//! Shapes of texts that hold figures, for JSON Schemas.

use super::Currency;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// An exact decimal figure in a text: `-1190.00`. Point, no thousands, no exponent.
#[derive(Debug, Clone, Copy)]
pub struct Figure;

impl JsonSchema for Figure {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Figure".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^-?[0-9]+([.][0-9]+)?$" })
    }
}

/// A whole number in a text, as it stands in a cell.
#[derive(Debug, Clone, Copy)]
pub struct Whole;

impl JsonSchema for Whole {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Whole".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^-?[0-9]+$" })
    }
}

impl JsonSchema for Currency {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Currency".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "ISO 4217.", "pattern": "^[A-Z]{3}$" })
    }
}
