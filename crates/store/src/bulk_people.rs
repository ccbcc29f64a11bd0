//! Many customers at once, for benches on a database of one's own.

use crate::{
    StoreError,
    bulk::{Place, copy, id},
};
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::{fmt::Write, str::FromStr};
use uuid::Uuid;

/// Customers written at a time.
const CHUNK: u64 = 20_000;
/// One customer in so many stands there twice, the second time with another notation.
const TWINS: u64 = 50;

const SYLLABLES: [&str; 20] = [
    "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "we", "xi", "yo",
    "za",
];

/// A made-up word; low numbers are the common ones.
fn word(mut number: u64) -> String {
    let mut word = String::new();
    for _ in 0..3 {
        word.push_str(SYLLABLES[(number % 20) as usize]);
        number /= 20;
    }
    word
}

/// A number below `most`, low ones far more often: frequencies of names fall like this.
fn skewed(n: u64, salt: u64, most: u64) -> u64 {
    let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17) ^ salt.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let share = (mixed.wrapping_mul(0x94D0_49BB_1331_11EB) >> 11) as f64 / (1_u64 << 53) as f64;
    (share * share * share * most as f64) as u64
}

/// The phone of a loaded customer.
pub fn phone(n: u64) -> String {
    format!("+4479{n:08}")
}

/// The mailbox of a loaded customer.
pub fn mail(n: u64) -> String {
    format!("{}.{}{n}@mail.example", word(skewed(n, 1, 3000)), word(skewed(n, 2, 8000)))
}

/// A loaded customer.
pub fn customer(n: u64) -> Uuid {
    id(7, n)
}

/// Loads so many customers by COPY, each with three identifiers (phone and account verified, mail claimed), a name, most
/// with a birth date. Constraints are trusted, not checked: what is written keeps them.
pub async fn load_customers(owner_url: &str, into: Place, customers: u64) -> Result<(), StoreError> {
    let mut conn: PgConnection = PgConnectOptions::from_str(owner_url)?.connect().await?;
    sqlx::query("set session_replication_role = replica").execute(&mut conn).await?;
    sqlx::query("set synchronous_commit = off").execute(&mut conn).await?;
    for from in (0..customers).step_by(CHUNK as usize) {
        part(&mut conn, into.tenant, from, (from + CHUNK).min(customers)).await?;
    }
    sqlx::query("vacuum analyze").execute(&mut conn).await?;
    conn.close().await?;
    Ok(())
}

async fn part(conn: &mut PgConnection, tenant: Uuid, from: u64, until: u64) -> Result<(), StoreError> {
    let (mut people, mut parties, mut owned, mut identities) =
        (String::new(), String::new(), String::new(), String::new());
    for n in from..until {
        // A twin has the name, birth date and mailbox of the one before, and a phone and an account of its own.
        let who = if n % TWINS == TWINS - 1 { n - 1 } else { n };
        let (given, family) = (word(skewed(who, 1, 3000)), word(skewed(who, 2, 8000)));
        let name = if who == n { format!("{given} {family}") } else { format!("{family}, {given}") };
        let birth = if who.is_multiple_of(4) {
            "\\N".to_owned()
        } else {
            format!("19{:02}-{:02}-{:02}", 40 + who % 60, 1 + who / 7 % 12, 1 + who / 11 % 28)
        };
        let (customer, party) = (customer(n), id(8, n));
        let _ = writeln!(people, "{tenant}\t{customer}\t{name}\t{birth}");
        let _ = writeln!(parties, "{tenant}\t{party}\tphone_e164\t\t{}", phone(n));
        let _ = writeln!(owned, "{tenant}\t{party}\t{customer}");
        let told = [
            ("phone_e164", phone(n), "channel"),
            ("email", mail(who), "claimed"),
            ("crm_id", format!("C{n:08}"), "token"),
        ];
        for (at, (scheme, value, verified)) in (0_u64..).zip(told) {
            let _ = writeln!(
                identities,
                "{tenant}\t{}\t{party}\t{scheme}\t\t{value}\t{verified}\timport",
                id(9, n * 3 + at)
            );
        }
    }
    copy(conn, "customer (tenant_id, id, name, birth_date)", &people).await?;
    copy(conn, "party (tenant_id, id, scheme, scope, value)", &parties).await?;
    copy(conn, "party_customer (tenant_id, party_id, customer_id)", &owned).await?;
    copy(conn, "customer_identity (tenant_id, id, party_id, scheme, scope, value, verified, source)", &identities).await
}
