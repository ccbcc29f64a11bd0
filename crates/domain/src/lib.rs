//! meridian-domain
