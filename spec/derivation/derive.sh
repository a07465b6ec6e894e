#!/bin/sh
# Every value of one connection, derived by hand.
#
# This is spec/protocol.md's key schedule as shell commands, to be read from top to bottom beside it.
# It needs a POSIX shell, `openssl` and `xxd`, and shares nothing with this project's code: who
# writes an implementation in another language can see here, step by step, where theirs begins to
# differ. Each value is printed as one line, its name and its bytes in hex; a test
# (.dev/derivation.test.ts) holds all of them to the test vector that the inputs come from.
#
#     sh spec/derivation/derive.sh              with the inputs beside this file
#     sh spec/derivation/derive.sh my-inputs    with your own, in the same form
#
# It is no program to use for anything real: keys on a command line can be seen by everybody on the
# same machine.
set -eu

# The inputs: what is chosen, and not computed. All in hex but the packet numbers.
#   key_file                 the content of the key file
#   nonceC, nonceS           32 random bytes of each end
#   xC, xS                   32 random bytes of each end, or empty for an end with -f
#   client_N, client_M       a packet number of the client's, and the message in that packet
#   server_N, server_M       the same of the server's
. "${1:-$(dirname "$0")/inputs.sh}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# --- The tools: from hex to bytes and back, and the primitives in terms of `openssl`. ---

bytes() { printf '%s' "$1" | xxd -r -p; }
hex() { xxd -p | tr -d '\n'; }
print() { printf '%s %s\n' "$1" "$2"; }
part() { printf '%s' "$1" | cut -c "$(($2 * 2 + 1))-$((($3 + 1) * 2))"; } # bytes $2 to $3 of $1

sha256() { bytes "$1" | openssl dgst -sha256 -binary | hex; }
hmac() { bytes "$2" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" -binary | hex; }
aes256ctr() { bytes "$3" | openssl enc -aes-256-ctr -K "$1" -iv "$2" | hex; }

# PBKDF2 with one iteration is nothing but HMACs over the salt and a counter, which is a 32-bit
# number from 1 on: RFC 8018, 5.2, with c = 1. $3 is how many blocks of 32 bytes are wanted.
pbkdf2() {
  i=1
  while [ "$i" -le "$3" ]; do
    hmac "$1" "$2$(printf '%08x' "$i")"
    i=$((i + 1))
  done
}

# --- The key file (KF-1). ---

K=$(sha256 "$key_file")
print K "$K"

# --- The nonces, and the keys of the handshake's MACs (HS-1, HS-5). ---
# The client's nonce comes first, at both ends.

dk1=$(pbkdf2 "$K" "$nonceC$nonceS" 2)
dhmacC=$(part "$dk1" 0 31)
dhmacS=$(part "$dk1" 32 63)
print dk1 "$dk1"
print dhmacC "$dhmacC"
print dhmacS "$dhmacS"

# --- The public values (HS-8, HS-14, HS-24). ---
# The group: p of RFC 3526, section 3, and 2. `openssl` raises 2 to a power when it is given a private
# key without its public one, so that a private key is what is made here, as ASN.1: the group, and
# the exponent e = 2^258 + x. 2^258 is a 4 and 64 zeros in hex, and x has 64 digits: put a 4 before x.

p=FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74
p=${p}020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437
p=${p}4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED
p=${p}EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05
p=${p}98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB
p=${p}9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B
p=${p}E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718
p=${p}3995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF

group() {
  cat <<END
[algorithm]
name = OID:1.2.840.113549.1.3.1
group = SEQUENCE:group
[group]
p = INTEGER:0x$p
g = INTEGER:2
END
}

private_key() { # of x $1, to the file $2
  {
    echo 'asn1 = SEQUENCE:key'
    echo '[key]'
    echo 'version = INTEGER:0'
    echo 'algorithm = SEQUENCE:algorithm'
    echo "exponent = OCTWRAP,INTEGER:0x4$1"
    group
  } > "$work/key.cnf"
  openssl asn1parse -genconf "$work/key.cnf" -noout -out "$2"
}

public_key() { # of y $1, to the file $2
  {
    echo 'asn1 = SEQUENCE:key'
    echo '[key]'
    echo 'algorithm = SEQUENCE:algorithm'
    echo "y = BITWRAP,INTEGER:0x$1"
    group
  } > "$work/key.cnf"
  openssl asn1parse -genconf "$work/key.cnf" -noout -out "$2"
}

# 256 bytes, with the leading zeros that a number does not have (HS-6).
padded() {
  digits=$(printf '%s' "$1" | tr 'A-F' 'a-f')
  while [ "${#digits}" -lt 512 ]; do digits=0$digits; done
  printf '%s' "$digits"
}

one=$(padded 1)

# y of x $1; without an x, 1.
public_value() {
  if [ -z "$1" ]; then
    printf '%s' "$one"
    return
  fi
  private_key "$1" "$work/private.der"
  openssl pkey -inform DER -in "$work/private.der" -pubout -outform DER -out "$work/public.der"
  # In the public key, y is the number inside the bit string.
  where=$(openssl asn1parse -inform DER -in "$work/public.der" | sed -n 's/^ *\([0-9]*\):.*BIT STRING.*/\1/p')
  padded "$(openssl asn1parse -inform DER -in "$work/public.der" -strparse "$where" | sed 's/.*://')"
}

yC=$(public_value "$xC")
yS=$(public_value "$xS")
print yC "$yC"
print yS "$yS"

# --- What proves them (HS-7, HS-15). ---

hC=$(hmac "$dhmacC" "$yC")
hS=$(hmac "$dhmacS" "$yS")
print hC "$hC"
print hS "$hS"

# --- The shared value (HS-14, HS-16), as each end computes it. ---
# Who has no exponent uses 1 and computes nothing. Who has one and gets 1 would compute 1; openssl
# refuses to, so that it is said here.

shared_value() { # of one end's x $1 and the other's y $2
  if [ -z "$1" ] || [ "$2" = "$one" ]; then
    printf '%s' "$one"
    return
  fi
  private_key "$1" "$work/private.der"
  public_key "$2" "$work/peer.der"
  openssl pkeyutl -derive -keyform DER -inkey "$work/private.der" \
    -peerform DER -peerkey "$work/peer.der" -pkeyopt dh_pad:1 | hex
}

ySC=$(shared_value "$xC" "$yS")
print ySC "$ySC"
print ySC-at-the-server "$(shared_value "$xS" "$yC")"

# --- The keys of the packets (HS-17). ---

dk2=$(pbkdf2 "$K" "$nonceC$nonceS$ySC" 4)
E_C=$(part "$dk2" 0 31)
H_C=$(part "$dk2" 32 63)
E_S=$(part "$dk2" 64 95)
H_S=$(part "$dk2" 96 127)
print dk2 "$dk2"
print E_C "$E_C"
print H_C "$H_C"
print E_S "$E_S"
print H_S "$H_S"

# --- One packet of each direction (PK-2, PK-3, PK-4). ---
# The message, zeros up to 1024 bytes, and its length in 4; encrypted in counter mode, where the first
# block is the packet number and 0, in 8 bytes each; then the MAC, over the packet number, too.

packet() { # with keys $1 and $2, of packet number $3 with the message $4, and the names begin with $5
  number=$(printf '%016x' "$3")
  cleartext=$4
  while [ "${#cleartext}" -lt 2048 ]; do cleartext=${cleartext}00; done
  cleartext=$cleartext$(printf '%08x' "$((${#4} / 2))")
  counter=${number}0000000000000000
  ciphertext=$(aes256ctr "$1" "$counter" "$cleartext")
  print "$5-counter-block" "$counter"
  print "$5-cleartext" "$cleartext"
  print "$5-ciphertext" "$ciphertext"
  print "$5-mac" "$(hmac "$2" "$ciphertext$number")"
}

packet "$E_C" "$H_C" "$client_N" "$client_M" client-packet
packet "$E_S" "$H_S" "$server_N" "$server_M" server-packet
