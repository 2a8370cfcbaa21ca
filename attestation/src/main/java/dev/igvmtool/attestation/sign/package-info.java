/**
 * Signatures for images: the ID block of SNP with its author, and CoRIM documents. Everything is verified before it is
 * attached. Private keys come from files or PKCS#11 tokens, or stay elsewhere: what is to be signed goes out, the signature
 * comes in. Start at {@link dev.igvmtool.attestation.sign.IdBlockSigning} and
 * {@link dev.igvmtool.attestation.sign.CorimSigning}. May use {@code measurement}, {@code igvm-format}, {@code abi} and
 * {@code attestation.x509}.
 */
@NullMarked
package dev.igvmtool.attestation.sign;

import org.jspecify.annotations.NullMarked;
