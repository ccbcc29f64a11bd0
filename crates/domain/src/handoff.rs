//! The brief of a hand-off.
