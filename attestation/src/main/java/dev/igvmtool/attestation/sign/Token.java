package dev.igvmtool.attestation.sign;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.x509.Certificate;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Keys in a PKCS#11 token, through the JDK's provider {@code SunPKCS11}. That shows a private key only if a certificate with
 * the same CKA_ID is in the token, too; its label is the alias.
 */
public final class Token {
    private static final String PROVIDER = "SunPKCS11";

    private final Provider provider;
    private final KeyStore keys;

    private Token(Provider provider, KeyStore keys) {
        this.provider = provider;
        this.keys = keys;
    }

    /**
     * Logs in to a token.
     *
     * @param configuration of the provider: {@code library = /usr/lib/…}, {@code slotListIndex = 0}, one for each line
     * @param pin of the user
     * @throws SigningException if that fails
     */
    public static Token open(String configuration, char[] pin) {
        Provider template = Security.getProvider(PROVIDER);
        if (template == null) {
            throw new SigningException("this JDK has no provider " + PROVIDER + " for PKCS#11 tokens");
        }
        try {
            // Two dashes tell the provider that this is the configuration itself, not the name of a file.
            Provider provider = template.configure("--" + configuration);
            KeyStore keys = KeyStore.getInstance("PKCS11", provider);
            keys.load(null, pin);
            return new Token(provider, keys);
        } catch (GeneralSecurityException | IOException | ProviderException | InvalidParameterException e) {
            throw new SigningException("the PKCS#11 token cannot be opened: " + reason(e), e);
        }
    }

    /** What is said by the deepest cause: those above only say that something failed. */
    private static String reason(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    /**
     * The key with that label.
     *
     * @throws SigningException if there is none that can sign
     */
    public Signer signer(String alias) {
        try {
            Key key = keys.getKey(alias, null);
            java.security.cert.Certificate[] chain = keys.getCertificateChain(alias);
            if (!(key instanceof PrivateKey privateKey) || chain == null) {
                throw new SigningException("no private key with a certificate has the label " + alias
                        + " in the token, only " + Collections.list(keys.aliases()));
            }
            List<Certificate> certificates = new ArrayList<>();
            for (java.security.cert.Certificate certificate : chain) {
                certificates.add(Certificate.read(Bytes.wrap(certificate.getEncoded())));
            }
            return new Signer(
                    algorithm -> Signature.getInstance(algorithm, provider),
                    privateKey,
                    certificates.get(0).x509().getPublicKey(),
                    certificates);
        } catch (GeneralSecurityException e) {
            throw new SigningException("the key " + alias + " in the token cannot be used: " + reason(e), e);
        }
    }
}
