//! meridian-telemetry
