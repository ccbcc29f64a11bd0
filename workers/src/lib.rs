//! meridian-workers
