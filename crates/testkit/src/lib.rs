//! meridian-testkit
