//! Customers out of other systems: a table is read and looked at first, then applied by a run.

use super::{look_at, same_as};
use crate::{
    App,
    authz::{Forbidden, Subject},
};
use csv::ReaderBuilder;
use encoding_rs::{GB18030, UTF_8};
use meridian_domain::{
    event::{Identifier, Sender},
    identity::{self, Facts, Match, Newcomer, intake},
    ids::{LinkId, RunId},
    jobs::Job,
    people::Permission,
};
use meridian_store::{
    StoreError, WriteTx,
    arrivals::{self, Said},
    customers::{self, NewCustomer},
    facts,
    identity::{self as store, PartyView},
    parties::{self, NewParty, Why},
    recognition,
    runs::{self, ImportRow, Run},
};
use serde_json::json;

/// The largest table, in bytes.
pub const LARGEST: usize = 20 << 20;
/// The most rows of a table.
const MOST_ROWS: usize = 100_000;
/// Rows kept with one statement.
const KEPT_AT_ONCE: usize = 2_000;
/// Rows of one transaction.
const PART: i64 = 100;

/// Why a table was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ImportRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It has too many bytes.
    #[error("a table has at most {} MiB", LARGEST >> 20)]
    TooLarge,
    /// It cannot be read, told in words.
    #[error("{0}")]
    Table(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The text of a table: UTF-8, with or without a mark, else GB18030, the encoding of Chinese spreadsheets.
fn decoded(bytes: &[u8]) -> Result<String, ImportRefused> {
    let bare = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(bare) {
        return Ok(text.into_owned());
    }
    let (text, _, wrong) = GB18030.decode(bytes);
    if wrong {
        Err(ImportRefused::Table("the file is neither UTF-8 nor GB18030".to_owned()))
    } else {
        Ok(text.into_owned())
    }
}

/// The separator that the first line holds most of.
fn separator(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or("");
    let most = [b',', b';', b'\t'].into_iter().rev().max_by_key(|s| first.bytes().filter(|b| b == s).count());
    most.unwrap_or(b',')
}

fn table(bytes: &[u8], region: Option<&str>) -> Result<Vec<ImportRow>, ImportRefused> {
    let text = decoded(bytes)?;
    let mut reader = ReaderBuilder::new().flexible(true).delimiter(separator(&text)).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| ImportRefused::Table(error.to_string()))?.clone();
    let columns = intake::Columns::read(headers.iter()).ok_or_else(|| {
        ImportRefused::Table("the first line names no column for phone, email or external account".to_owned())
    })?;
    let mut rows = Vec::new();
    for record in reader.records() {
        if rows.len() == MOST_ROWS {
            return Err(ImportRefused::Table(format!("the table has more than {MOST_ROWS} rows: import it in parts")));
        }
        let line = |at: Option<&csv::Position>| at.map_or(0, |at| i32::try_from(at.line()).unwrap_or(i32::MAX));
        rows.push(match record {
            Ok(record) => match intake::read(&columns, record.iter(), region) {
                Ok(row) => ImportRow { line: line(record.position()), row, refusal: None },
                Err(refused) => {
                    let refusal = Some(refused.to_string());
                    ImportRow { line: line(record.position()), row: intake::Row::default(), refusal }
                }
            },
            Err(error) => {
                let refusal = Some(format!("not a row of the table: {error}"));
                ImportRow { line: line(error.position()), row: intake::Row::default(), refusal }
            }
        });
    }
    rows.dedup_by_key(|row| row.line);
    Ok(rows)
}

/// Reads a table and keeps it, with what would become of it: customers created, rows that meet a known customer, rows
/// refused with their reasons. Nothing is applied yet.
pub async fn preview(
    app: &App,
    subject: &Subject,
    name: &str,
    bytes: Vec<u8>,
    region: Option<String>,
) -> Result<RunId, ImportRefused> {
    subject.require(Permission::ManageCustomers)?;
    if bytes.len() > LARGEST {
        return Err(ImportRefused::TooLarge);
    }
    // A second for the largest ones.
    let read = tokio::task::spawn_blocking(move || table(&bytes, region.as_deref())).await;
    let rows = read.map_err(|_| ImportRefused::Table("the table could not be read".to_owned()))??;
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    let mut tx = app.db.write(subject.scope()).await?;
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let id = runs::insert(&mut tx, "import", &name, "preview", total).await?;
    let mut run =
        runs::lock(&mut tx, id).await?.ok_or_else(|| ImportRefused::Table("the import is gone".to_owned()))?;
    for rows in rows.chunks(KEPT_AT_ONCE) {
        runs::insert_rows(&mut tx, id, rows).await?;
        let good: Vec<&intake::Row> = rows.iter().filter(|row| row.refusal.is_none()).map(|row| &row.row).collect();
        run.refused += i32::try_from(rows.len() - good.len()).unwrap_or(0);
        let known = runs::known_rows(&mut tx, &good.iter().map(|row| keys(row)).collect::<Vec<_>>()).await?;
        let known = i32::try_from(known).unwrap_or(0);
        run.linked += known;
        run.found += i32::try_from(good.len()).unwrap_or(0) - known;
    }
    runs::set(&mut tx, &run).await?;
    tx.audit("import_read", "identity_run", Some(id.0), json!({ "rows": run.total, "refused": run.refused }));
    tx.commit().await?;
    Ok(id)
}

/// The identifiers of a row by which it may meet a known customer: those that join, and its own party's.
fn keys(row: &intake::Row) -> Vec<Identifier> {
    let mut keys: Vec<Identifier> = row.ids.iter().filter(|id| identity::joins(id)).cloned().collect();
    keys.extend(party_of(row).map(|(key, _)| key));
    keys
}

fn party_of(row: &intake::Row) -> Option<(Identifier, Vec<Identifier>)> {
    identity::party_key(&Sender { ids: row.ids.clone(), ..Sender::default() })
}

/// The next rows of an import.
pub(super) async fn part(tx: &mut WriteTx, run: &mut Run) -> Result<(), StoreError> {
    let rows = runs::rows(tx, run.id, run.last_line, false, PART).await?;
    let Some(last) = rows.last().map(|row| row.line) else {
        runs::drop_rows(tx, run.id).await?;
        run.done = run.total;
        "done".clone_into(&mut run.state);
        let tenant = tx.scope().tenant();
        tx.job(&Job::LearnIdentity, tenant.0);
        return Ok(());
    };
    for row in &rows {
        match apply(tx, &row.row).await? {
            Applied::Created => run.found += 1,
            Applied::Linked => run.linked += 1,
            Applied::Refused => {
                runs::refuse_row(tx, run.id, row.line, ANOTHERS).await?;
                run.refused += 1;
            }
        }
    }
    run.done += i32::try_from(rows.len()).unwrap_or(0);
    run.last_line = last;
    Ok(())
}

/// Why a row is refused that is good by itself.
const ANOTHERS: &str = "another person has this phone or mail address: the name or the birth date is another";

/// What became of a row.
enum Applied {
    /// It made a customer.
    Created,
    /// It met somebody known.
    Linked,
    /// Its addresses are another person's, and it tells no other.
    Refused,
}

/// A row's address that leads to nobody, or to who is not clearly another person; with all identifiers of the row.
async fn address_of(
    tx: &mut WriteTx,
    row: &intake::Row,
    facts: &mut Facts,
) -> Result<Option<(Identifier, Option<PartyView>)>, StoreError> {
    for first in 0..row.ids.len() {
        let mut turned = row.ids.clone();
        turned.rotate_left(first);
        let Some((key, ids)) = identity::party_key(&Sender { ids: turned, ..Sender::default() }) else { continue };
        let Some(known) = store::lock_party(tx, &key).await? else { return Ok(Some((key, None))) };
        let customer = [known.customer.0];
        let mut theirs = facts::of_customers(tx, &customer, &ids, facts).await?;
        let theirs = theirs.remove(&known.customer).unwrap_or_default();
        let names = recognition::known(tx, &customer).await?.remove(&known.customer);
        let names = names.as_ref().map_or(&[][..], |known| known.profile.names());
        let newcomer = Newcomer { facts, ..Newcomer::new(&ids, &row.name) };
        if !identity::another_person(newcomer, &key, names, &theirs) {
            return Ok(Some((key, Some(known))));
        }
    }
    Ok(None)
}

/// Applies a row. Done twice, it finds what it made.
async fn apply(tx: &mut WriteTx, row: &intake::Row) -> Result<Applied, StoreError> {
    let Some((_, ids)) = party_of(row) else { return Ok(Applied::Linked) };
    let new = NewCustomer { name: &row.name, tags: &row.tags, birth_date: row.birth };
    let joining: Vec<Identifier> = ids.iter().filter(|id| identity::joins(id)).cloned().collect();
    store::lock_values(tx, &joining).await?;
    let mut facts = Facts::default();
    if let Some(birth) = row.birth {
        facts.birth(&birth.to_string());
    }
    let Some((key, known)) = address_of(tx, row, &mut facts).await? else { return Ok(Applied::Refused) };
    let (name, source, seen) = (row.name.as_str(), "import", false);
    let (view, created) = if let Some(party) = known {
        arrivals::remember(tx, &[Said { party, ids: &ids, name, source, seen }]).await?;
        (party, false)
    } else {
        let (customer, evidence) = match same_as(tx, Newcomer { facts: &facts, ..Newcomer::new(&ids, name) }).await? {
            Match::Link { customer, evidence, .. } => {
                (Some(customers::standing(tx, customer).await?.unwrap_or(customer)), json!(evidence))
            }
            Match::New { .. } => (None, json!([])),
        };
        let why = &Why { kind: "link", from: None, act: tx.id::<LinkId>(), reason: "imported".to_owned(), evidence };
        let new = NewParty { key: &key, ids: &ids, name, locale: None, source, seen, customer, why };
        // A message of the same address may be faster.
        let (view, made) = parties::make(tx, new).await?;
        (view, made && customer.is_none())
    };
    customers::complete(tx, view.customer, &new).await?;
    look_at(tx, [view.customer]);
    Ok(if created { Applied::Created } else { Applied::Linked })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_marks_and_separators_are_found() {
        let rows = |bytes: &[u8]| table(bytes, Some("CN")).unwrap();
        let chinese = "姓名;手机;标签\n王小明;13800138000;\"贵宾,常客\"\n";
        let (gb, _, _) = GB18030.encode(chinese);
        let marked = [b"\xEF\xBB\xBF".as_slice(), chinese.replace(';', "\t").as_bytes()].concat();
        for bytes in [gb.as_ref(), chinese.as_bytes(), &marked] {
            let row = &rows(bytes)[0];
            assert_eq!((row.line, row.row.name.as_str(), row.row.tags.len()), (2, "王小明", 2), "{row:?}");
            assert_eq!(row.row.ids[0].value, "+8613800138000");
        }
        let told = rows(b"name,phone\nAna,+447700900901\nEva,none\n\"two\nlines\",+447700900902\nIda,12\n");
        let refused: Vec<i32> = told.iter().filter(|row| row.refusal.is_some()).map(|row| row.line).collect();
        assert_eq!((told.len(), refused), (4, vec![3, 6]));
        assert!(table(b"name,tags\nAna,x\n", None).is_err() && table(&[0xFF, 0xFF, 0x81], None).is_err());
    }
}
