package dev.igvmtool.attestation.snp;

import java.util.Locale;

/**
 * Addresses of AMD's key distribution service, named where something from there is missing. Nothing is fetched.
 *
 * <p>Specification: VCEK certificate and KDS interface (57230), REST interface.
 */
final class KdsAddress {
    private static final String SERVICE = "https://kdsintf.amd.com/";

    private KdsAddress() {}

    /** The VCEK certificate that a report needs. */
    static String vcek(SnpSubject subject) {
        SnpReport report = subject.report();
        if (subject.product().isEmpty() || !report.hasChipId()) {
            return SERVICE + "vcek/v1/PRODUCT/CHIP_ID, but the report does not tell product and chip id";
        }
        SnpProduct product = subject.product().get();
        TcbVersion tcb = subject.tcb(report.reportedTcb());
        String fmc = product.layout() == TcbLayout.TURIN ? "fmcSPL=" + tcb.version(TcbPart.FMC) + "&" : "";
        return SERVICE + "vcek/v1/" + product.kdsName() + "/"
                + report.chipId().slice(0, product.chipIdBytes()).toHex() + "?" + fmc
                + "blSPL=" + tcb.version(TcbPart.BOOT_LOADER) + "&teeSPL=" + tcb.version(TcbPart.TEE)
                + "&snpSPL=" + tcb.version(TcbPart.SNP) + "&ucodeSPL=" + tcb.version(TcbPart.MICROCODE);
    }

    /** Intermediate and root. */
    static String chain(SigningKey kind, String product) {
        return base(kind, product) + "/cert_chain";
    }

    /** The revocation list. */
    static String list(SigningKey kind, String product) {
        return base(kind, product) + "/crl";
    }

    private static String base(SigningKey kind, String product) {
        return SERVICE + kind.name().toLowerCase(Locale.ROOT) + "/v1/" + product;
    }
}
