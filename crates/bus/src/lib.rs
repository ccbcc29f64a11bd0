//! meridian-bus
