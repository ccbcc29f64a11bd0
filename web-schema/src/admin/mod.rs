//! The tenant's set-up: places, queues, people, integrations, and the audit log.

mod holidays;
mod integrations;
mod people;
mod places;
mod queues;

use crate::{
    context::viewer,
    error::{AppError, Refusal, Resolved, UserError},
    ids::read,
};
use async_graphql::{Context, ID, MergedObject, OutputType, ResultExt};
use meridian_app::setup::SetupRefused;
use meridian_domain::{ids::Id, people::Permission};
use meridian_store::ReadTx;
use std::str::FromStr;

pub(crate) use people::{Attribute, Held};

#[derive(MergedObject, Default)]
pub(crate) struct AdminQueries(places::PlaceQueries, queues::SkillQueries, integrations::IntegrationQueries);

#[derive(MergedObject, Default)]
pub(crate) struct AdminMutations(
    places::PlaceMutations,
    holidays::HolidayMutations,
    queues::QueueMutations,
    people::AgentMutations,
    integrations::IntegrationMutations,
);

/// Opens a reading of the set-up for who may see it.
pub(crate) async fn reading(ctx: &Context<'_>, permission: Permission) -> Resolved<ReadTx> {
    let viewer = viewer(ctx).extend()?;
    viewer.require(permission).extend()?;
    viewer.read().await.extend()
}

/// An optional id.
pub(crate) fn maybe<T: Id + FromStr>(id: Option<&ID>) -> Resolved<Option<T>>
where
    T::Err: std::fmt::Display,
{
    id.map(read::<T>).transpose().extend()
}

/// The name of an input's field as clients write it.
pub(crate) fn camel(field: &str) -> String {
    let mut words = field.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        let mut letters = word.chars();
        let head = letters.next().map(|letter| letter.to_ascii_uppercase());
        text + &head.into_iter().chain(letters).collect::<String>()
    })
}

/// What was changed, or why it was not.
pub(crate) fn outcome<T>(done: Result<T, SetupRefused>) -> Resolved<(Option<T>, Vec<UserError>)> {
    match done {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(refused) => Ok((None, vec![self::refused(refused)?])),
    }
}

/// A refusal with the field that is meant.
pub(crate) fn refused(refused: SetupRefused) -> Resolved<UserError> {
    let field = refused.field().as_deref().map(camel);
    Ok(UserError { field, ..refused.split().extend()? })
}

/// One of a short list, read again after it was changed.
pub(crate) async fn again<T: OutputType, R>(
    ctx: &Context<'_>,
    read: impl AsyncFnOnce(&mut ReadTx) -> Result<Vec<R>, meridian_store::StoreError>,
    one: impl Fn(&R) -> bool,
    shown: impl Fn(R) -> T,
) -> Resolved<Option<T>> {
    let mut tx = viewer(ctx).extend()?.read().await.extend()?;
    let all = read(&mut tx).await.map_err(AppError::from).extend()?;
    Ok(all.into_iter().find(|row| one(row)).map(shown))
}

#[cfg(test)]
mod tests {
    #[test]
    fn fields_are_named_as_clients_write_them() {
        assert_eq!(super::camel("offer_seconds"), "offerSeconds");
        assert_eq!(super::camel("name"), "name");
    }
}
