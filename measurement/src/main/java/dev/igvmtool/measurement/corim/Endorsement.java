package dev.igvmtool.measurement.corim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.measurement.cbor.CborReader;
import dev.igvmtool.measurement.cbor.CborValue;
import java.util.List;
import java.util.Locale;

/**
 * What a CoRIM document of the profile says.
 *
 * @param environment platform
 * @param digest launch digest that it endorses
 * @param svn security version number that the digest stands for, 32 bits unsigned
 */
public record Endorsement(CorimEnvironment environment, Bytes digest, long svn) {
    /** Longer documents are refused unread: those of the profile have about 330 bytes. */
    private static final int MAX_BYTES = 1 << 20;

    private static final long MAX_SVN = 0xffff_ffffL;

    /**
     * Reads a document and holds it to the profile: one CoMID with the platform's tag identity, one reference value, and
     * the same value endorsed with one exact SVN.
     *
     * @throws FormatException if it is not deterministic CBOR, or not of the profile
     */
    public static Endorsement read(Bytes document) {
        if (document.size() > MAX_BYTES) {
            throw new FormatException("CoRIM document of " + document.size() + " bytes, expected at most " + MAX_BYTES);
        }
        CborValue.Map corim = CborReader.deterministic(document)
                .tagged("CoRIM", CorimDocument.TAG_CORIM)
                .map("CoRIM");
        String profile = corim.require("CoRIM", 3).text("profile of the CoRIM");
        if (!profile.equals(CorimDocument.PROFILE)) {
            throw new FormatException("profile of the CoRIM is another, expected " + CorimDocument.PROFILE);
        }
        Bytes tag = corim.require("CoRIM", 1)
                .array("tags of the CoRIM", 1)
                .get(0)
                .tagged("tag of the CoRIM", CorimDocument.TAG_COMID)
                .bytes("CoMID");
        return comid(CborReader.deterministic(tag).map("CoMID"));
    }

    private static Endorsement comid(CborValue.Map comid) {
        String tagId = comid.require("CoMID", 1)
                .map("tag identity of the CoMID")
                .require("tag identity of the CoMID", 0)
                .text("tag id of the CoMID");
        CborValue.Map triples = comid.require("CoMID", 4).map("triples of the CoMID");
        List<CborValue> reference = triples.require("triples of the CoMID", 0)
                .array("reference triples", 1)
                .get(0)
                .array("reference triple", 2);
        List<CborValue> series = triples.require("triples of the CoMID", 8)
                .array("conditional endorsement series", 1)
                .get(0)
                .array("conditional endorsement series", 2);
        CorimEnvironment environment = environment(reference.get(0));
        if (!tagId.toLowerCase(Locale.ROOT).equals(environment.tagId())) {
            throw new FormatException(
                    "tag id of the CoMID is another, expected " + environment.tagId() + " for " + environment);
        }
        CborValue measurement = reference.get(1).array("reference values", 1).get(0);
        List<CborValue> condition = series.get(0).array("condition of the series", 2);
        requireEqual(condition.get(0), reference.get(0), "environment of the series");
        condition.get(1).array("claims of the condition", 0);
        List<CborValue> entry = series.get(1).array("series", 1).get(0).array("entry of the series", 2);
        requireEqual(entry.get(0).array("selection of the series", 1).get(0), measurement, "selection of the series");
        return new Endorsement(environment, digest(environment, measurement), svn(entry.get(1)));
    }

    private static void requireEqual(CborValue found, CborValue expected, String what) {
        if (!found.equals(expected)) {
            throw new FormatException(what + " is not that of the reference triple");
        }
    }

    private static CorimEnvironment environment(CborValue value) {
        CborValue.Map named = value.map("environment").require("environment", 0).map("class of the environment");
        String vendor = named.require("class of the environment", 1).text("vendor");
        String model = named.require("class of the environment", 2).text("model");
        return List.of(CorimEnvironment.values()).stream()
                .filter(it -> it.vendor().equals(vendor) && it.model().equals(model))
                .findFirst()
                .orElseThrow(() -> new FormatException("environment " + vendor + "/" + model + ", expected one of "
                        + List.of(CorimEnvironment.values()).stream()
                                .map(it -> it.vendor() + "/" + it.model())
                                .toList()));
    }

    private static Bytes digest(CorimEnvironment environment, CborValue value) {
        CborValue.Map measurement = value.map("reference value");
        String key = measurement.require("reference value", 0).text("key of the reference value");
        List<CborValue> digest = measurement
                .require("reference value", 1)
                .map("measurement values")
                .require("measurement values", 2)
                .array("digests", 1)
                .get(0)
                .array("digest", 2);
        long algorithm = digest.get(0).integer("algorithm of the digest");
        Bytes bytes = digest.get(1).bytes("digest");
        if (!key.equals(environment.measurementKey())
                || algorithm != environment.algorithm()
                || bytes.size() != environment.digestBytes()) {
            throw new FormatException("digest " + key + " of algorithm " + algorithm + " with " + bytes.size()
                    + " bytes, expected " + environment.measurementKey() + ", " + environment.algorithm() + " and "
                    + environment.digestBytes() + " for " + environment);
        }
        return bytes;
    }

    private static long svn(CborValue additions) {
        CborValue.Map addition =
                additions.array("additions of the series", 1).get(0).map("addition of the series");
        CborValue.Map values = addition.require("addition of the series", 1).map("measurement values of the addition");
        if (addition.entries().size() != 1 || values.entries().size() != 1) {
            throw new FormatException("addition of the series says more than an SVN");
        }
        long svn = values.require("measurement values of the addition", 1)
                .tagged("SVN", CorimDocument.TAG_SVN)
                .integer("SVN");
        if (svn < 0 || svn > MAX_SVN) {
            throw new FormatException("SVN " + svn + ", expected 0 to " + MAX_SVN);
        }
        return svn;
    }
}
