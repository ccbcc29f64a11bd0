//! Rows of customers out of other systems: which column is what, and what a row says.

use super::{classes, compare::Role, link::role_of, normalise};
use crate::event::{Identifier, Verification};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What a column of an import holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    Given,
    Family,
    Phone,
    Mail,
    Birth,
    Account,
    Tags,
    Verified,
}

/// Headers of other languages and fields that records for linking do not have; compared as letters and digits alone.
const HEADERS: &[(Field, &[&str])] = &[
    (Field::Name, &["姓名", "名字", "客户", "客户姓名", "名称"]),
    (Field::Phone, &["电话", "手机", "手机号", "手机号码", "电话号码", "联系电话"]),
    (Field::Mail, &["邮箱", "电子邮箱", "电子邮件", "邮件"]),
    (Field::Birth, &["生日", "出生日期"]),
    (Field::Account, &["externalaccount", "externalid", "crmid", "customerid", "账号", "客户号", "客户编号", "会员号"]),
    (Field::Tags, &["tags", "tag", "labels", "标签"]),
    (Field::Verified, &["verified", "confirmed", "已验证", "验证"]),
];

/// The columns of a table that are understood.
#[derive(Debug, Clone)]
pub struct Columns(Vec<Option<Field>>);

impl Columns {
    /// Reads headers. `None` when no column names a person: no phone, mail address or account.
    pub fn read<'a>(headers: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut seen = Vec::new();
        let columns: Vec<Option<Field>> = headers
            .map(|header| {
                let field = field_of(header)?;
                // The second of its kind is left out, phones and mail addresses aside.
                let several = matches!(field, Field::Phone | Field::Mail);
                let new = several || !seen.contains(&field);
                seen.push(field);
                new.then_some(field)
            })
            .collect();
        let keyed = columns.iter().flatten().any(|f| matches!(f, Field::Phone | Field::Mail | Field::Account));
        keyed.then_some(Self(columns))
    }
}

fn field_of(header: &str) -> Option<Field> {
    let plain: String = header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let own = HEADERS.iter().find(|(_, words)| words.contains(&plain.as_str())).map(|(field, _)| *field);
    own.or_else(|| {
        Some(match role_of(header)? {
            Role::FullName => Field::Name,
            Role::Given => Field::Given,
            Role::Family => Field::Family,
            Role::Phone => Field::Phone,
            Role::Mail => Field::Mail,
            Role::Birth => Field::Birth,
            Role::Document => Field::Account,
            _ => return None,
        })
    })
}

/// What a row says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Name; may be empty.
    pub name: String,
    /// Identifiers in normal form.
    pub ids: Vec<Identifier>,
    /// Birth date.
    pub birth: Option<NaiveDate>,
    /// Tags.
    pub tags: Vec<String>,
}

/// Why a row is refused; for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowRefused {
    /// Nothing that names a person.
    #[error("no phone, mail address or account: one is needed")]
    NoKey,
    /// Not a value of its kind.
    #[error("{0} `{1}` is not understood")]
    Value(&'static str, String),
    /// Too long.
    #[error("{0} is longer than {1} characters")]
    Long(&'static str, usize),
}

/// Reads a row. `region` (ISO 3166-1) is where phone numbers without country code are dialled.
pub fn read<'a>(
    columns: &Columns,
    cells: impl Iterator<Item = &'a str>,
    region: Option<&str>,
) -> Result<Row, RowRefused> {
    let (mut row, mut given, mut family, mut verified) = (Row::default(), "", "", false);
    for (field, cell) in columns.0.iter().zip(cells) {
        let cell = cell.trim();
        let Some(field) = field.filter(|_| !cell.is_empty()) else { continue };
        match field {
            Field::Name => row.name = short("the name", cell, 200)?,
            Field::Given => given = cell,
            Field::Family => family = cell,
            Field::Phone => row.ids.push(phone(cell, region)?),
            Field::Mail => row.ids.push(key("email", "the mail address", cell)?),
            Field::Account => row.ids.push(key("crm_id", "the account", cell)?),
            Field::Birth => row.birth = Some(birth(cell)?),
            Field::Tags => {
                for tag in cell.split([';', ',', '|', '；', '，', '、']).map(str::trim).filter(|tag| !tag.is_empty())
                {
                    let tag = short("a tag", tag, 50)?;
                    if !row.tags.iter().any(|known| known.eq_ignore_ascii_case(&tag)) {
                        row.tags.push(tag);
                    }
                }
            }
            Field::Verified => verified = yes(cell)?,
        }
    }
    if row.name.is_empty() {
        row.name = short("the name", format!("{given} {family}").trim(), 200)?;
    }
    row.tags.truncate(30);
    let level = if verified { Verification::Token } else { Verification::Claimed };
    for id in &mut row.ids {
        id.verified = level;
    }
    row.ids.dedup();
    if row.ids.is_empty() { Err(RowRefused::NoKey) } else { Ok(row) }
}

fn short(what: &'static str, text: &str, most: usize) -> Result<String, RowRefused> {
    if text.chars().count() > most {
        return Err(RowRefused::Long(what, most));
    }
    Ok(text.chars().filter(|c| !c.is_control()).collect())
}

fn wrong(what: &'static str, cell: &str) -> RowRefused {
    RowRefused::Value(what, cell.chars().take(60).collect())
}

fn made(scheme: &str, value: String) -> Identifier {
    Identifier {
        scheme: scheme.to_owned(),
        value,
        scope: String::new(),
        verified: Verification::Claimed,
        derived: false,
    }
}

fn phone(cell: &str, region: Option<&str>) -> Result<Identifier, RowRefused> {
    let (key, _) = classes::key("phone_e164", cell, region).ok_or_else(|| wrong("the phone number", cell))?;
    Ok(made("phone_e164", key.value))
}

fn key(scheme: &'static str, what: &'static str, cell: &str) -> Result<Identifier, RowRefused> {
    let known = classes::key(scheme, cell, None).is_some();
    let value = normalise(scheme, cell).ok().filter(|_| known).ok_or_else(|| wrong(what, cell))?;
    Ok(made(scheme, value))
}

fn birth(cell: &str) -> Result<NaiveDate, RowRefused> {
    let digits = Role::Birth.prepare(cell);
    let date = NaiveDate::parse_from_str(&digits, "%Y%m%d").ok().filter(|_| digits.len() == 8);
    date.ok_or_else(|| wrong("the birth date", cell))
}

fn yes(cell: &str) -> Result<bool, RowRefused> {
    match cell.to_lowercase().as_str() {
        "1" | "true" | "yes" | "y" | "x" | "是" | "已验证" => Ok(true),
        "0" | "false" | "no" | "n" | "否" | "未验证" => Ok(false),
        _ => Err(wrong("the mark of verification", cell)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(headers: &str) -> Columns {
        Columns::read(headers.split(',')).unwrap()
    }

    fn row(headers: &str, cells: &str) -> Result<Row, RowRefused> {
        read(&columns(headers), cells.split(','), Some("GB"))
    }

    #[test]
    fn rows_of_two_languages_are_read() {
        let english = row(
            "Name,Phone,E-mail,Birth date,External account,Tags,Verified",
            "Ana Lopez,07700 900901,Ana@Example.org,2.1.1980,A-77,vip;late;VIP,yes",
        )
        .unwrap();
        assert_eq!(
            english.ids.iter().map(|id| id.value.as_str()).collect::<Vec<_>>(),
            ["+447700900901", "ana@example.org", "A-77"]
        );
        assert!(english.ids.iter().all(|id| id.verified == Verification::Token));
        assert_eq!(
            (english.birth.unwrap().to_string().as_str(), english.tags),
            ("1980-01-02", vec!["vip".into(), "late".into()])
        );
        let chinese = row("姓名,手机号,生日,已验证", "王小明,+86 138 0013 8000,1980/1/2,否").unwrap();
        assert_eq!((chinese.name.as_str(), chinese.ids[0].value.as_str()), ("王小明", "+8613800138000"));
        assert_eq!(chinese.ids[0].verified, Verification::Claimed);
        assert_eq!(row("first name,last name,email", "Ana,Lopez,a@b.c").unwrap().name, "Ana Lopez");
    }

    #[test]
    fn what_is_wrong_is_told() {
        assert!(Columns::read(["name", "tags"].into_iter()).is_none());
        for (headers, cells, told) in [
            ("name,phone", "Ana,", "no phone"),
            ("name,phone", "Ana,anonymous", "phone number `anonymous`"),
            ("name,email", "Ana,unknown", "mail address `unknown`"),
            ("email,dob", "a@b.c,31.2.1980", "birth date `31.2.1980`"),
            ("email,verified", "a@b.c,perhaps", "verification `perhaps`"),
        ] {
            let refused = row(headers, cells).unwrap_err().to_string();
            assert!(refused.contains(told), "{refused}");
        }
    }
}
