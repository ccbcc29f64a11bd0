//! Workspace tests, one binary: flows over the real servers, isolation, layers.

mod catalogue;
mod contract;
mod flows;
mod layers;
mod operations;
mod plans;
mod quiet_hour;
mod tenancy;
mod transport_ws;
mod two_tenants;
