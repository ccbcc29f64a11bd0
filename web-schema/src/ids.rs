//! Opaque ids at the border.

use crate::error::AppError;
use async_graphql::ID;
use meridian_domain::ids::Id;
use std::str::FromStr;

/// An id as clients see it.
pub(crate) fn id(id: impl Id) -> ID {
    ID(id.to_string())
}

/// Reads an id of one type; another type's id is refused with the expected prefix named.
pub(crate) fn read<T: Id + FromStr>(id: &ID) -> Result<T, AppError>
where
    T::Err: std::fmt::Display,
{
    id.parse().map_err(|error: T::Err| AppError::BadInput(error.to_string()))
}
