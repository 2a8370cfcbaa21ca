package dev.igvmtool.measurement.ecdsa;

import java.security.GeneralSecurityException;
import java.security.Signature;

/** Where the code that signs comes from: a key in a token is used by the token's provider only. */
public interface SignatureEngines {
    /** The JDK's own. */
    SignatureEngines JDK = Signature::getInstance;

    /**
     * An engine.
     *
     * @param algorithm by the JDK's name
     * @throws GeneralSecurityException if there is none
     */
    Signature get(String algorithm) throws GeneralSecurityException;
}
