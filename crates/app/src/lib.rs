//! meridian-app
