//! Detached signatures: `ssh-keygen -Y sign -n tieout -f KEY FILE` writes `FILE.sig`; the policy lists the public keys.

use ssh_key::{PublicKey, SshSig};

/// The namespace that is signed for, so that a signature made for something else does not count here.
pub const SIGNATURE_NAMESPACE: &str = "tieout";

/// Who signed the bytes: the first of `keys` (name, public key as in `id_ed25519.pub`) whose key made the signature.
///
/// # Errors
/// A sentence: no signature, a key that cannot be read, or bytes that were changed after signing.
pub fn signer<'a>(bytes: &[u8], signature: &[u8], keys: &[(&'a str, &str)]) -> Result<&'a str, String> {
    let pem =
        SshSig::from_pem(signature).map_err(|_| "the .sig file is no signature of ssh-keygen -Y sign".to_owned())?;
    let mut known = false;
    for (name, key) in keys {
        let key = PublicKey::from_openssh(key).map_err(|_| format!("the policy's key of {name} cannot be read"))?;
        if key.key_data() != pem.public_key() {
            continue;
        }
        known = true;
        if key.verify(SIGNATURE_NAMESPACE, bytes, &pem).is_ok() {
            return Ok(name);
        }
    }
    Err(if known {
        format!(
            "the signature does not fit the file: it was changed after signing, or signed for another purpose than `{SIGNATURE_NAMESPACE}`"
        )
    } else {
        "the key that signed is not listed in the policy".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA4tevvnAc+JFqyqLCaJxZV6HrZdpTuvUBMLPDNvGRqX anna";
    const FILE: &[u8] = b"exception_id,row_hash,decision\n";
    /// Made with `ssh-keygen -Y sign -n tieout`.
    const SIGNATURE: &[u8] = b"-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgDi16++cBz4kWrKosJonFlXoetl
2lO69QEws8M28ZGpcAAAAGdGllb3V0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1
NTE5AAAAQA2b5ViyAyc6WLTNga1J4RTQGpOUXvpSL6WmIMNd6WdcGY3/dBJEcedaSe8vh/
1NLLXOjmFvFGeGq6uZQtaxZAo=
-----END SSH SIGNATURE-----
";

    #[test]
    fn a_signature_names_the_reviewer_whose_key_made_it() {
        assert_eq!(signer(FILE, SIGNATURE, &[("Anna", KEY)]), Ok("Anna"));
    }

    #[test]
    fn a_changed_file_an_unlisted_key_and_no_signature_are_refused() {
        assert!(
            signer(b"exception_id,row_hash,decision\nx", SIGNATURE, &[("Anna", KEY)]).unwrap_err().contains("changed")
        );
        assert!(signer(FILE, SIGNATURE, &[]).unwrap_err().contains("not listed"));
        assert!(signer(FILE, b"hello", &[("Anna", KEY)]).unwrap_err().contains("no signature"));
    }
}
