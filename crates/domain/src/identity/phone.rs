//! Phone numbers of every notation, brought to one key.
//!
//! Numbering plans (lengths, trunk prefixes, the ninth digit of Brazil, the mobile 9 and 15 of Argentina, the 1 of
//! Mexico, the leading zero of Italy ..) come from Google's libphonenumber metadata, by `rlibphonenumber`. What is done
//! here comes before it: digits of all scripts, marks that show nothing, and the words for "extension" that its
//! pattern does not know.

use super::text::{ascii_digit, digit_value, invisible};
use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region};
use std::borrow::Cow;

/// The longest text that is looked at, in characters, as in libphonenumber.
const LONGEST: usize = 250;

/// A phone number that its numbering plan allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// E.164: `+`, country code, national significant number. The identity key: it never holds the extension.
    pub e164: String,
    /// Digits to dial after the connection.
    pub extension: Option<String>,
    /// What kind of line it is; [`PhoneKind::Unknown`] when the number is not valid.
    pub kind: PhoneKind,
    /// Whether the number lies in a range that is given out. One that does not has the right length only.
    pub valid: bool,
    /// Whether the number lacks its area code: it can be dialled inside one area only, so it is no key.
    pub local_only: bool,
    /// ISO 3166-1 code of the country the number belongs to, when valid and geographic.
    pub region: Option<String>,
}

/// What kind of line a number is, as numbering plans tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhoneKind {
    /// A line in a place: shared by a household or an office.
    FixedLine,
    /// A mobile phone: personal.
    Mobile,
    /// Plans that do not tell the two apart (North America).
    FixedLineOrMobile,
    /// Free to call.
    TollFree,
    /// Costly to call.
    PremiumRate,
    /// The cost is shared.
    SharedCost,
    /// A line on the internet.
    Voip,
    /// A number that follows its person.
    Personal,
    /// A pager.
    Pager,
    /// One number of a company for all of its places.
    Uan,
    /// An answering service.
    Voicemail,
    /// Not known.
    Unknown,
}

impl PhoneKind {
    /// The name in files.
    pub fn code(self) -> Option<&'static str> {
        Some(match self {
            Self::FixedLine => "fixed_line",
            Self::Mobile => "mobile",
            Self::FixedLineOrMobile => "fixed_line_or_mobile",
            Self::TollFree => "toll_free",
            Self::PremiumRate => "premium_rate",
            Self::SharedCost => "shared_cost",
            Self::Voip => "voip",
            Self::Personal => "personal",
            Self::Pager => "pager",
            Self::Uan => "uan",
            Self::Voicemail => "voicemail",
            Self::Unknown => return None,
        })
    }

    /// Whether such a line is by its nature used by more than one person.
    pub fn shared(self) -> bool {
        !matches!(
            self,
            Self::Mobile | Self::FixedLineOrMobile | Self::Personal | Self::Pager | Self::Voip | Self::Unknown
        )
    }
}

/// Reads a phone number. `region` (ISO 3166-1) is where a number without country code would be dialled.
///
/// `None` when the text is no number that the numbering plan allows, or when it needs a region and has none.
pub fn parse(text: &str, region: Option<&str>) -> Option<Phone> {
    let cleaned = clean(text)?;
    let cleaned = with_marked_extension(&cleaned);
    let region = region.and_then(|code| Region::from_code(code.trim().to_ascii_uppercase().as_str()).ok());
    // Without a region nobody can know its international prefix; `00` is the one ITU-T E.164 recommends.
    let dialled: Cow<'_, str> = match (region, cleaned.strip_prefix("00")) {
        (None, Some(rest)) => format!("+{rest}").into(),
        _ => cleaned,
    };
    let number = PHONE_NUMBER_UTIL.parse(dialled.as_ref(), region).ok()?;
    describe(&number).or_else(|| describe(&without_mobile_one(&number)?))
}

/// A Mexican number with the `1` that stood before mobile numbers in calls from abroad until the national plan of
/// August 2019 dropped it; WhatsApp and many address books still write it.
fn without_mobile_one(number: &PhoneNumber) -> Option<PhoneNumber> {
    let national = number.get_national_significant_number();
    let rest = national.strip_prefix('1').filter(|rest| number.country_code == 52 && rest.len() == 10)?;
    let mut plain = PHONE_NUMBER_UTIL.parse(format!("+52{rest}"), None).ok().filter(PhoneNumber::is_valid)?;
    plain.extension.clone_from(&number.extension);
    Some(plain)
}

/// Like [`parse`], but also takes digits that begin with a country code, with `00` or nothing before them.
///
/// Switches and forms send such digits whatever the international prefix of their country is. A number that is valid
/// where it would be dialled comes first, then one that is valid worldwide, then what has the right length.
pub fn parse_loosely(text: &str, region: Option<&str>) -> Option<Phone> {
    let dialled = parse(text, region);
    if dialled.as_ref().is_some_and(|phone| phone.valid) || text.contains(['+', '＋']) {
        return dialled;
    }
    let bare = clean(text)?;
    let digits = bare.trim_start_matches(|c: char| !c.is_ascii_digit());
    let (international, prefixed) = digits.strip_prefix("00").map_or((digits, false), |rest| (rest, true));
    let home = region
        .and_then(|code| Region::from_code(code.trim().to_ascii_uppercase().as_str()).ok())
        .and_then(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(region));
    let worldwide = parse(&format!("+{international}"), None);
    let at_home = home.is_some_and(|code| international.starts_with(&code.to_string()));
    worldwide.filter(|phone| phone.valid || dialled.is_none() || prefixed || at_home).or(dialled)
}

/// The kind of line of a number in a range that is not given out yet: that of most valid numbers that differ from it in
/// its second to sixth national digit only. Numbering plans give out such ranges faster than metadata follows.
pub fn likely_kind(e164: &str) -> PhoneKind {
    let Ok(number) = PHONE_NUMBER_UTIL.parse(e164, None) else { return PhoneKind::Unknown };
    let national = number.get_national_significant_number();
    let mut counts: Vec<(PhoneKind, u32)> = Vec::new();
    for position in 1..6usize.min(national.len()) {
        for digit in '0'..='9' {
            let varied: String =
                national.chars().enumerate().map(|(at, c)| if at == position { digit } else { c }).collect();
            let text = format!("+{}{varied}", number.country_code);
            let Some(phone) = parse(&text, None).filter(|phone| phone.valid) else { continue };
            match counts.iter_mut().find(|(kind, _)| *kind == phone.kind) {
                Some((_, count)) => *count += 1,
                None => counts.push((phone.kind, 1)),
            }
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or(PhoneKind::Unknown, |(kind, _)| kind)
}

fn describe(number: &PhoneNumber) -> Option<Phone> {
    let local_only = match number.is_possible_with_reason() {
        Ok(NumberLengthType::IsPossible) => false,
        Ok(NumberLengthType::IsPossibleLocalOnly) => true,
        Err(_) => return None,
    };
    let valid = number.is_valid();
    Some(Phone {
        e164: number.format_as(PhoneNumberFormat::E164).into_owned(),
        extension: number.extension.clone().filter(|extension| !extension.is_empty()),
        kind: if valid { kind(number.get_type()) } else { PhoneKind::Unknown },
        valid,
        local_only,
        region: number.get_region_code().filter(|_| valid).map(|region| region.as_region_str().to_string()),
    })
}

fn kind(of: PhoneNumberType) -> PhoneKind {
    match of {
        PhoneNumberType::FixedLine => PhoneKind::FixedLine,
        PhoneNumberType::Mobile => PhoneKind::Mobile,
        PhoneNumberType::FixedLineOrMobile => PhoneKind::FixedLineOrMobile,
        PhoneNumberType::TollFree => PhoneKind::TollFree,
        PhoneNumberType::PremiumRate => PhoneKind::PremiumRate,
        PhoneNumberType::SharedCost => PhoneKind::SharedCost,
        PhoneNumberType::VoIP => PhoneKind::Voip,
        PhoneNumberType::PersonalNumber => PhoneKind::Personal,
        PhoneNumberType::Pager => PhoneKind::Pager,
        PhoneNumberType::UAN => PhoneKind::Uan,
        PhoneNumberType::VoiceMail => PhoneKind::Voicemail,
        PhoneNumberType::Unknown => PhoneKind::Unknown,
    }
}

/// ASCII digits and plain punctuation; `None` for a text too long to be a number.
fn clean(text: &str) -> Option<String> {
    let text = text.trim();
    if text.chars().nth(LONGEST).is_some() {
        return None;
    }
    Some(text.chars().filter(|c| !invisible(*c)).map(plain).collect())
}

fn plain(c: char) -> char {
    match c {
        '＋' | '﹢' | '⁺' | '➕' => '+',
        '（' | '﹙' | '〔' | '【' | '❨' => '(',
        '）' | '﹚' | '〕' | '】' | '❩' => ')',
        '‐'..='―' | '−' | 'ー' | '－' | '﹣' | '~' | '～' | '〜' => '-',
        '．' | '。' | '·' | '・' => '.',
        c if c.is_whitespace() => ' ',
        c => ascii_digit(c),
    }
}

/// Words for "extension", lower case, beyond those of libphonenumber (`ext`, `x`, `#`, `int`, `anexo`, `доб`).
const EXTENSION_WORDS: &[&str] = &[
    "durchwahl",
    "dw",
    "apparat",
    "app",
    "klappe",
    "kl",
    "poste",
    "interne",
    "interno",
    "ramal",
    "dahili",
    "wewnętrzny",
    "wewn",
    "wew",
    "toestel",
    "tst",
    "anknytning",
    "ankn",
    "linka",
    "kl",
    "klapka",
    "mellék",
    "mell",
    "alanumero",
    "εσωτ",
    "внутренний",
    "внутр",
    "вн",
    "добавочный",
    "добав",
    "доп",
    "дод",
    "вътр",
    "lokal",
    "lok",
    "interior",
    "extensión",
    "extension",
    "extn",
    "ext",
    "samb",
    "máy lẻ",
    "ต่อ",
    "内线",
    "內線",
    "分机",
    "分機",
    "转",
    "轉",
    "内線",
    "내선",
    "داخلی",
    "داخلي",
    "تحويلة",
    "שלוחה",
    "विस्तार",
    "एक्सटेंशन",
];

/// Rewrites a number followed by one of the words and 1 to 9 digits into RFC 3966's `;ext=`.
fn with_marked_extension(text: &str) -> Cow<'_, str> {
    let lower = text.to_lowercase();
    let digits_before = |at: usize| lower[..at].chars().filter(|c| digit_value(*c).is_some()).count();
    let found = EXTENSION_WORDS.iter().find_map(|word| {
        let at = lower.rfind(word)?;
        let (before, after) = (lower.get(..at)?, lower.get(at + word.len()..)?);
        let whole_word = !before.ends_with(char::is_alphabetic) && !after.starts_with(char::is_alphabetic);
        let digits = after.trim_matches([' ', '.', ':', '-', '=', ',', '(', ')', '#']);
        let is_extension = (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        (whole_word && is_extension && digits_before(at) >= 3)
            .then(|| format!("{};ext={digits}", before.trim_end_matches([' ', ',', ';', '(', '/', '-', '.'])))
    });
    found.map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(text: &str, region: &str) -> Option<String> {
        parse(text, Some(region)).map(|phone| phone.e164)
    }

    #[test]
    fn national_habits_end_in_one_key() {
        for (text, region, expected) in [
            ("020 7946 0018", "GB", "+442079460018"),
            ("+44 (0)20 7946 0018", "US", "+442079460018"),
            ("0044 20 7946 0018", "DE", "+442079460018"),
            ("011 44 20 7946 0018", "US", "+442079460018"),
            ("8 (912) 345-67-89", "RU", "+79123456789"),
            ("+7 800 555-35-35", "US", "+78005553535"),
            ("+52 1 55 1234 5678", "US", "+525512345678"),
            ("011 15-2345-6789", "AR", "+5491123456789"),
            ("06 6982 1234", "IT", "+390669821234"),
            ("+55 11 96123-4567", "US", "+5511961234567"),
            ("８６６１２３４５６", "LT", "+37066123456"),
            ("+44 ②⓪ ⑦⑨④⑥ ⓪⓪①⑧", "US", "+442079460018"),
        ] {
            assert_eq!(key(text, region).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn extensions_are_kept_out_of_the_key() {
        for text in [
            "030 901820 Durchwahl 345",
            "030 901820 ext. 345",
            "030 901820 wew. 345",
            "030 901820 доб. 345",
            "030 901820 分机 345",
            "030 901820;ext=345",
            "030 901820 x345",
            "tel:+49-30-901820;ext=345",
        ] {
            let phone = parse(text, Some("DE")).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((phone.e164.as_str(), phone.extension.as_deref()), ("+4930901820", Some("345")), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_has_no_key() {
        for text in ["", "anonymous", "+", "+1", "00", "+999 1234567", "+44 20 7946 0018 9999 99", "12", "----"] {
            assert_eq!(parse(text, Some("GB")), None, "{text}");
        }
        assert_eq!(parse("020 7946 0018", None), None);
    }

    proptest! {
        #[test]
        fn any_text_is_survived_and_keys_are_stable(text in ".{0,40}", region in "[A-Z]{2}") {
            if let Some(phone) = parse(&text, Some(&region)) {
                let again = parse(&phone.e164, None);
                prop_assert_eq!(again.map(|p| p.e164), Some(phone.e164));
            }
        }

        #[test]
        fn digits_of_any_script_give_the_same_key(number in "[0-9 ()-]{4,16}", zero in prop::sample::select(vec!['０', '٠', '۰', '०', '๐'])) {
            let other: String = number.chars()
                .map(|c| c.to_digit(10).and_then(|d| char::from_u32(u32::from(zero) + d)).unwrap_or(c)).collect();
            prop_assert_eq!(parse(&number, Some("DE")), parse(&other, Some("DE")));
        }
    }
}
