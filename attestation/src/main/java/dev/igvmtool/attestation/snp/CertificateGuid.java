package dev.igvmtool.attestation.snp;

import java.util.Optional;

/** The GUIDs of a certificate table that have a meaning here. */
public enum CertificateGuid {
    VCEK("63da758d-e664-4564-adc5-f4b93be8accd"),
    VLEK("a8074bc2-a25a-483e-aae6-39c045a0b8a1"),

    /** ASK, or ASVK beside a VLEK. */
    ASK("4ab7b379-bbac-4fe4-a02f-05aef327c782"),

    ARK("c0b406a4-a803-4952-9743-3fb6014cd0ae"),

    /** Size and CPUID leaf 1 EAX, as go-sev-guest adds it. */
    EXTRA_PLATFORM_INFO("ecae0c0f-9502-43b1-afa2-0ae2e0d565b6");

    private final String text;

    CertificateGuid(String text) {
        this.text = text;
    }

    /** The GUID. */
    public String text() {
        return text;
    }

    /** The one with that text. */
    public static Optional<CertificateGuid> of(String guid) {
        for (CertificateGuid it : values()) {
            if (it.text.equals(guid)) {
                return Optional.of(it);
            }
        }
        return Optional.empty();
    }

    /** True if the blob is a certificate. */
    public boolean isCertificate() {
        return this != EXTRA_PLATFORM_INFO;
    }
}
