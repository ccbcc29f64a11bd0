//! Private PostgreSQL, Redis and RabbitMQ as child processes: no system services, no docker, no root needed.

pub mod interrupt;
pub mod packages;
mod process;
pub mod servers;

pub use process::{Child, Identity, Spec, free_port, ready};
pub use servers::{Kind, Mode, Servers};
