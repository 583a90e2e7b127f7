//! Certificates of authorities that a person trusts besides the system's, as they come in a file.
//!
//! Files that are called certificates are often something else: the key that belongs to one, the binary form, a page that
//! a portal sent in place of the download. Each is named, so that a person knows what to ask for.

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::{Error, Result};

/// How a part of a PEM file begins (RFC 7468, 2), and how its label ends.
const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// How many certificates of authorities a PEM file holds, at least one.
///
/// # Errors
/// `Invalid`, with a sentence that says what the file is instead, or which certificate of it is damaged.
pub fn count_authorities(file: &[u8]) -> Result<usize> {
    read(file).map(|certificates| certificates.len())
}

/// The certificates themselves.
pub(super) fn read(file: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let text = String::from_utf8_lossy(file);
    if !labels(&text).any(|label| label == "CERTIFICATE") {
        return Err(Error::Invalid { reason: instead(file, &text) });
    }
    let mut certificates = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(file) {
        let place = certificates.len() + 1;
        let damaged = || Error::Invalid {
            reason: format!("Certificate {place} in this file is damaged. Fetch the file again."),
        };
        let certificate = certificate.map_err(|_| damaged())?;
        if !is_certificate(&certificate) {
            return Err(damaged());
        }
        certificates.push(certificate);
    }
    if certificates.is_empty() {
        let reason = "The file breaks off in its first certificate. Fetch it again.".into();
        return Err(Error::Invalid { reason });
    }
    Ok(certificates)
}

fn is_certificate(der: &CertificateDer<'_>) -> bool {
    RootCertStore::empty().add(der.clone()).is_ok()
}

/// What the parts of a PEM file are called.
fn labels(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.trim().strip_prefix(BEGIN)?.strip_suffix(DASHES))
}

/// What a file without certificates is, and what to do.
fn instead(file: &[u8], text: &str) -> String {
    let wanted = "What is needed is the certificate of the authority, as a PEM file.";
    if file.iter().all(u8::is_ascii_whitespace) {
        return format!("The file is empty. {wanted}");
    }
    if let Some(label) = labels(text).next() {
        return if label.ends_with("PRIVATE KEY") {
            format!("This is a private key, which nobody but its owner should have. {wanted}")
        } else if label.ends_with("CERTIFICATE REQUEST") {
            format!("This is a request for a certificate, not the certificate. {wanted}")
        } else if matches!(label, "PKCS7" | "CMS") {
            "This is a PKCS #7 bundle. Turn it into PEM with: openssl pkcs7 -print_certs -in FILE -out FILE.pem".into()
        } else {
            let label: String = label.chars().filter(|c| !c.is_control()).take(40).collect();
            format!("This PEM file holds no certificate but “{label}”. {wanted}")
        };
    }
    if file.starts_with(&[0xFF, 0xFE]) || file.starts_with(&[0xFE, 0xFF]) {
        return "This text is in UTF-16. Save it as UTF-8, then choose it again.".into();
    }
    if is_certificate(&CertificateDer::from_slice(file)) {
        return "This certificate is in the binary form (DER). Turn it into PEM with: openssl x509 -inform der -in FILE -out FILE.pem".into();
    }
    if file.starts_with(&[0xFE, 0xED, 0xFE, 0xED]) {
        return format!("This is a Java keystore. {wanted}");
    }
    // A sequence (ITU-T X.690) is what keys, PKCS #12 and PKCS #7 are in their binary form.
    if file.starts_with(&[0x30]) && file.get(1).is_some_and(|length| *length >= 0x80) {
        return format!(
            "This is a binary file of keys or certificates (such as .p12, .pfx, .p7b), not a PEM file. {wanted}"
        );
    }
    if text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with('<') {
        return format!(
            "This is a web page, not a certificate: the download may have needed a sign-in. {wanted}"
        );
    }
    format!("There is no certificate in this file. {wanted}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AUTHORITY: &[u8] = include_bytes!("../../tests/fixtures/tls/authority.pem");
    const KEY: &[u8] = include_bytes!("../../tests/fixtures/tls/leaf.key");

    fn refusal(file: &[u8]) -> String {
        match read(file) {
            Err(Error::Invalid { reason }) => reason,
            other => panic!("{other:?}"),
        }
    }

    fn der() -> Vec<u8> {
        read(AUTHORITY).unwrap().remove(0).to_vec()
    }

    #[test]
    fn certificates_are_counted_whatever_stands_between_them() {
        assert_eq!(count_authorities(AUTHORITY).unwrap(), 1);
        let bundle =
            [b"# The company's\r\n", AUTHORITY, b"\nOf the proxy:\n", KEY, AUTHORITY].concat();
        assert_eq!(count_authorities(&bundle).unwrap(), 2);
        let of_windows = String::from_utf8_lossy(AUTHORITY).replace('\n', "\r\n");
        assert_eq!(count_authorities(of_windows.as_bytes()).unwrap(), 1);
    }

    #[test]
    fn what_is_no_certificate_is_named() {
        let utf16: Vec<u8> =
            "\u{feff}-----BEGIN".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let pem = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
        let cases: [(Vec<u8>, &str); 14] = [
            (Vec::new(), "is empty"),
            (b" \n".to_vec(), "is empty"),
            (KEY.to_vec(), "a private key"),
            (pem("RSA PRIVATE KEY").into(), "a private key"),
            (pem("CERTIFICATE REQUEST").into(), "a request for a certificate"),
            (pem("PKCS7").into(), "PKCS #7"),
            (pem("PUBLIC KEY").into(), "“PUBLIC KEY”"),
            (der(), "the binary form (DER)"),
            (vec![0x30, 0x82, 0x0A, 0x10, 0x02, 0x01, 0x03, 0x30], ".p12"),
            (vec![0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2], "Java keystore"),
            (utf16, "UTF-16"),
            (b"\n<!DOCTYPE html><title>Sign in</title>".to_vec(), "a web page"),
            (b"0123".to_vec(), "no certificate in this file"),
            (vec![0xD8, 0xFF, 0x00], "no certificate in this file"),
        ];
        for (file, word) in cases {
            let reason = refusal(&file);
            assert!(reason.contains(word), "{word}: {reason}");
        }
    }

    #[test]
    fn a_damaged_certificate_is_named_by_its_place() {
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(refusal(&[AUTHORITY, broken].concat()).starts_with("Certificate 2"));
        let not_base64 = b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n";
        assert!(refusal(not_base64).starts_with("Certificate 1"));
        assert!(refusal(&AUTHORITY[..AUTHORITY.len() / 2]).contains("Fetch"));
    }

    proptest! {
        /// T-28 for certificates: whatever is chosen, it is read or refused in words.
        #[test]
        fn no_file_panics(file in prop::collection::vec(any::<u8>(), 0..300), cut in 0_usize..600, at in 0_usize..600) {
            let _ = read(&file);
            let mut damaged = AUTHORITY.to_vec();
            damaged.truncate(cut.max(1));
            if let Some(byte) = damaged.get_mut(at) {
                *byte ^= 0x15;
            }
            if let Err(error) = read(&damaged) {
                prop_assert!(error.to_string().contains(' '));
            }
        }
    }
}
