//! meridian-web-schema
