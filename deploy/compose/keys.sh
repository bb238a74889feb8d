#!/bin/sh
# Makes what the stack keeps to itself, once: keys and development identities in /keys, certificates in /tls.
# On one machine `newborn up` does the same. For development: in production these come from where the institution keeps them.
set -eu
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A key that is there is never replaced: a new one could not read what the old one wrote.
for name in case-keys search access notify notify-callback; do
    if [ ! -e "/keys/$name.key" ]; then
        openssl rand -hex 32 >"/keys/$name.part"
        mv "/keys/$name.part" "/keys/$name.key"
    fi
done

# The development identities of the desk, one of each role.
if [ ! -e /keys/staff.json ]; then
    separator='['
    for member in alex:officer sam:supervisor robin:registrar noor:operator jo:auditor kim:viewer; do
        printf '%s{"name": "%s", "role": "%s", "token": "%s"}' \
            "$separator" "${member%:*}" "${member#*:}" "$(openssl rand -hex 32)"
        separator=', '
    done >/keys/staff.part
    echo ']' >>/keys/staff.part
    mv /keys/staff.part /keys/staff.json
fi

# Our own authority, and a certificate for every side of a connection. Each side knows the other by its DNS name.
authority() {
    cat >"$work/authority.cnf" <<'END'
[req]
prompt = no
distinguished_name = name
x509_extensions = authority
[name]
CN = Newborn development authority
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
END
    openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
        -config "$work/authority.cnf" -keyout /tls/ca.key -out /tls/ca.pem
}

certificate() { # NAME serverAuth|clientAuth
    cat >"$work/$1.cnf" <<END
[req]
prompt = no
distinguished_name = name
[name]
CN = $1.newborn.internal
[holder]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = $2
subjectAltName = DNS:$1.newborn.internal
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
        -config "$work/$1.cnf" -keyout "/tls/$1.key" -out "$work/$1.csr"
    openssl x509 -req -in "$work/$1.csr" -CA /tls/ca.pem -CAkey /tls/ca.key -set_serial "0x$(openssl rand -hex 16)" \
        -days 3650 -extfile "$work/$1.cnf" -extensions holder -out "/tls/$1.pem"
}

# Made again when an earlier run was cut off, or a month before they expire.
if [ ! -e /tls/complete ] || ! openssl x509 -checkend 2592000 -noout -in /tls/ca.pem; then
    rm -f /tls/complete
    authority
    certificate province serverAuth
    certificate federal serverAuth
    certificate worker clientAuth
    certificate hospital clientAuth
    certificate registrar clientAuth
    touch /tls/complete
fi

# The user of the image.
chown -R 10001:10001 /keys /tls
