package dev.igvmtool.measurement;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.measurement.corim.CorimEnvironment;
import java.util.Locale;

/**
 * The identity file that goes with a measurable image: one line of JSON with fixed member order, ended by a line feed.
 * Follows {@code igvmfilegen/src/identity_mapping.rs}.
 */
public final class IdentityJson {
    private static final String CLASS_ID = "7fb00ee4-a7ff-11ed-9e2f-00155d09de56";

    private IdentityJson() {}

    /**
     * The text of the file.
     *
     * @param svn security version number, 32 bits unsigned
     * @param debug true if the guest may be debugged by its host
     */
    public static String of(CorimEnvironment environment, Bytes digest, long svn, boolean debug) {
        String key =
                switch (environment) {
                    case SNP -> "snp_ld";
                    case TDX -> "tdx_mrtd";
                    case VBS -> "vbs_boot_digest";
                };
        String svnKey = environment.name().toLowerCase(Locale.ROOT) + "_isvsvn";
        return "{\"environment\":{\"class_id\":\"" + CLASS_ID + "\"},\"series\":[{\"reference\":{\"" + key + "\":\""
                + digest.toHex().toUpperCase(Locale.ROOT) + "\"},\"endorsement\":{\"" + svnKey + "\":" + svn
                + ",\"build_info\":{\"debug_build\":" + debug + "}}}]}\n";
    }
}
