//! meridian-channels
