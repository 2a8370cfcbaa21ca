package dev.igvmtool.measurement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.header.CorimDocument;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.measurement.corim.CorimEnvironment;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Digests that the reference implementations computed, of files that they made. */
class ReferenceDigestsIT {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}|[0-9a-f]{96}");
    private static final Pattern ENDORSEMENT =
            Pattern.compile("_isvsvn\":([0-9]+),\"build_info\":\\{\"debug_build\":(true|false)");

    @Test
    void everyReadableCorpusFileHasTheDigestsOfTheReference() throws IOException {
        Path corpus = SharedTestData.require("igvm-corpus");
        List<String> lines = Files.readAllLines(corpus.resolve("verdicts.tsv"));
        List<String> columns = List.of(lines.get(0).split("\t", -1));
        int compared = 0;
        for (String line : lines.subList(1, lines.size())) {
            String[] row = line.split("\t", -1);
            IgvmFile file;
            try {
                file = IgvmReader.read(corpus.resolve(row[0]));
            } catch (FormatException stricter) {
                assertNotEquals("good", row[columns.indexOf("family")], row[0]);
                continue;
            }
            compared += compare(row[0], file, PlatformType.SEV_SNP, row[columns.indexOf("digest_snp")]);
            compared += compare(row[0], file, PlatformType.TDX, row[columns.indexOf("digest_tdx")]);
            compared += compare(row[0], file, PlatformType.VSM_ISOLATION, row[columns.indexOf("digest_vbs")]);
        }
        assertTrue(compared > 110, "only " + compared + " digests were compared");
    }

    private static int compare(String name, IgvmFile file, PlatformType platform, String expected) {
        if (!DIGEST.matcher(expected).matches()) {
            return 0;
        }
        assertEquals(expected, LaunchDigest.of(file, platform).value().toHex(), () -> name + ", " + platform);
        return 1;
    }

    @Test
    void attestedSamplesHaveTheirPublishedDigests() throws IOException {
        Path folder = SharedTestData.require("attestation/igvm");
        IgvmFile mixed = IgvmReader.read(folder.resolve("mixed-a.igvm"));
        compare(
                "mixed-a.igvm",
                mixed,
                PlatformType.SEV_SNP,
                "c61d12b7ef07b35c475a4f6782e90b76c48a8b9dd9b02808465713331cdca09d43e78eb3db304b07ee268eaf14e392eb");
        compare(
                "mixed-a.igvm",
                mixed,
                PlatformType.TDX,
                "666d59b9c474a2255b16763adfa9999b8313f08f0e91e709204fa675103a4d1c3fac2f08612be86eb935e9bdeea268d8");
        compare(
                "mixed-a.igvm",
                mixed,
                PlatformType.VSM_ISOLATION,
                "822122e1748c64b05390f55f1f6565c61f99363dffd870865feec8e39d462224");
    }

    @Test
    void goldenImagesHaveTheDigestsOfTheirCompanions() throws IOException {
        Path cases = SharedTestData.require("golden/cases");
        int compared = 0;
        for (Path image : imagesBelow(cases)) {
            IgvmFile file = IgvmReader.read(image);
            for (SupportedPlatform platform : file.supportedPlatforms()) {
                String suffix = suffix(platform.platformType());
                Path json = sibling(image, "-" + suffix + ".json");
                if (!Files.exists(json)) {
                    continue;
                }
                Bytes value = LaunchDigest.of(file, platform.platformType()).value();
                CorimEnvironment environment = CorimEnvironment.valueOf(suffix.toUpperCase(Locale.ROOT));
                String identity = Files.readString(json);
                Matcher endorsement = ENDORSEMENT.matcher(identity);
                assertTrue(endorsement.find(), () -> json + " endorses nothing");
                long svn = Long.parseLong(endorsement.group(1));
                boolean debug = Boolean.parseBoolean(endorsement.group(2));
                assertEquals(identity, IdentityJson.of(environment, value, svn, debug), json::toString);
                Bytes document = dev.igvmtool.measurement.corim.CorimDocument.encode(environment, value, svn);
                assertEquals(Bytes.wrap(Files.readAllBytes(sibling(image, "-" + suffix + ".cbor"))), document);
                assertEquals(List.of(document), embedded(file, platform.compatibilityMask()));
                compared++;
            }
        }
        assertTrue(compared > 10, "only " + compared + " digests were compared");
    }

    private static List<Bytes> embedded(IgvmFile file, int mask) {
        List<Bytes> documents = new ArrayList<>();
        for (InitializationHeader header : file.initializations()) {
            if (header instanceof CorimDocument document && document.compatibilityMask() == mask) {
                documents.add(document.document());
            }
        }
        return documents;
    }

    private static String suffix(PlatformType platform) {
        return switch (platform) {
            case SEV_SNP -> "snp";
            case TDX -> "tdx";
            case VSM_ISOLATION -> "vbs";
            case NATIVE, SEV, SEV_ES, CCA -> throw new FormatException("no companion for " + platform);
        };
    }

    private static Path sibling(Path image, String ending) {
        String name = image.getFileName().toString();
        return image.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ending);
    }

    private static List<Path> imagesBelow(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".bin"))
                    .sorted()
                    .toList();
        }
    }
}
