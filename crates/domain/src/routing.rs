//! The routing core.
