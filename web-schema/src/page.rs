//! Relay connections by keyset. Cursors are opaque; `first` is 50 unless told, 100 at most.

use crate::error::AppError;
use async_graphql::{
    OutputType,
    connection::{Connection, Edge, EmptyFields},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use meridian_domain::time::Instant;
use uuid::Uuid;

/// Page size.
pub(crate) fn first(first: Option<i32>) -> Result<i64, AppError> {
    match first.unwrap_or(50) {
        n @ 1..=100 => Ok(i64::from(n)),
        _ => Err(AppError::BadInput("first goes from 1 to 100".to_owned())),
    }
}

/// A connection from one row more than was asked for.
pub(crate) fn connection<R, T: OutputType>(
    mut rows: Vec<R>,
    limit: i64,
    has_previous: bool,
    cursor: impl Fn(&R) -> String,
    node: impl Fn(R) -> T,
) -> Connection<String, T, EmptyFields, EmptyFields> {
    let more = rows.len() as i64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(100));
    let mut connection = Connection::new(has_previous, more);
    connection.edges.extend(rows.into_iter().map(|row| Edge::new(cursor(&row), node(row))));
    connection
}

fn encode(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

fn decode(cursor: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}

/// Not a cursor of the list asked for.
pub(crate) fn bad() -> AppError {
    AppError::BadInput("not a cursor of this list".to_owned())
}

/// A cursor over (time, id).
pub(crate) fn at_cursor(at: Instant, id: impl Into<Uuid>) -> String {
    encode(&format!("t{} {}", at.timestamp_micros(), id.into().simple()))
}

/// Reads it.
pub(crate) fn read_at<T: From<Uuid>>(cursor: &str) -> Result<(Instant, T), AppError> {
    let text = decode(cursor).ok_or_else(bad)?;
    let (micros, id) = text.strip_prefix('t').and_then(|rest| rest.split_once(' ')).ok_or_else(bad)?;
    let at = micros.parse().ok().and_then(DateTime::from_timestamp_micros).ok_or_else(bad)?;
    Ok((at, T::from(Uuid::try_parse(id).map_err(|_| bad())?)))
}

/// A cursor over a number (`seq`, a position).
pub(crate) fn number_cursor(number: i64) -> String {
    encode(&format!("n{number}"))
}

/// Reads it.
pub(crate) fn read_number(cursor: &str) -> Result<i64, AppError> {
    let text = decode(cursor).ok_or_else(bad)?;
    text.strip_prefix('n').and_then(|number| number.parse().ok()).ok_or_else(bad)
}

/// A cursor over (name, id).
pub(crate) fn name_cursor(name: &str, id: impl Into<Uuid>) -> String {
    encode(&format!("s{} {name}", id.into().simple()))
}

/// Reads it.
pub(crate) fn read_name<T: From<Uuid>>(cursor: &str) -> Result<(String, T), AppError> {
    let text = decode(cursor).ok_or_else(bad)?;
    let (id, name) = text.strip_prefix('s').and_then(|rest| rest.split_once(' ')).ok_or_else(bad)?;
    Ok((name.to_owned(), T::from(Uuid::try_parse(id).map_err(|_| bad())?)))
}

/// A cursor over two words, the first without a space.
pub(crate) fn pair_cursor(first: &str, second: &str) -> String {
    encode(&format!("p{first} {second}"))
}

/// Reads it.
pub(crate) fn read_pair(cursor: &str) -> Result<(String, String), AppError> {
    let text = decode(cursor).ok_or_else(bad)?;
    let (first, second) = text.strip_prefix('p').and_then(|rest| rest.split_once(' ')).ok_or_else(bad)?;
    Ok((first.to_owned(), second.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_back_and_foreign_ones_refused() {
        let at: Instant = "2026-05-04T12:00:00.123456Z".parse().unwrap();
        let id = Uuid::from_u128(7);
        assert_eq!(read_at::<Uuid>(&at_cursor(at, id)).unwrap(), (at, id));
        assert_eq!(read_number(&number_cursor(-4)).unwrap(), -4);
        assert_eq!(read_name::<Uuid>(&name_cursor("Ana B", id)).unwrap(), ("Ana B".to_owned(), id));
        assert!(read_number(&at_cursor(at, id)).is_err() && read_at::<Uuid>("%%").is_err());
        assert!(first(Some(0)).is_err() && first(Some(101)).is_err());
    }
}
