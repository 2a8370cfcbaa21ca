package dev.igvmtool.builder;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.builder.BuiltImage.Companion;
import dev.igvmtool.builder.BuiltImage.Measurement;
import dev.igvmtool.builder.emit.PlatformImage;
import dev.igvmtool.builder.load.BuildInput;
import dev.igvmtool.builder.manifest.Image;
import dev.igvmtool.builder.manifest.IsolationConfig;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.measurement.IdentityJson;
import dev.igvmtool.measurement.LaunchDigest;
import dev.igvmtool.measurement.corim.CorimDocument;
import dev.igvmtool.measurement.corim.CorimEnvironment;
import dev.igvmtool.measurement.snp.IdBlock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What goes with measurable platforms: a CoRIM document in the file and beside it, an identity file, an ID block to sign.
 * Digests are those of the file without the documents. {@code vm/loader/igvmfilegen/src/main.rs: create_igvm_file}.
 */
final class Companions {
    private static final Bytes OPENHCL_FAMILY = Bytes.fromHex("00000001").paddedTo(16);
    private static final Bytes OPENHCL_IMAGE = Bytes.utf8("openhcl").paddedTo(16);
    private static final Bytes DIRECT_FAMILY = Bytes.utf8("OpenVMM SNP test");
    private static final Bytes DIRECT_IMAGE = Bytes.utf8("linux-direct").paddedTo(16);

    private Companions() {}

    /** Measures the merged file and adds to it. */
    static BuiltImage attach(List<PlatformImage> platforms, IgvmFile merged, List<BuildInput> inputs) {
        List<InitializationHeader> initializations = new ArrayList<>(merged.initializations());
        List<Companion> companions = new ArrayList<>();
        List<Measurement> measurements = new ArrayList<>();
        Iterator<LaunchDigest> digests = digests(platforms, merged).iterator();
        for (PlatformImage platform : platforms) {
            Optional<CorimEnvironment> environment =
                    environment(platform.config().isolation());
            if (environment.isEmpty()) {
                continue;
            }
            Bytes digest = digests.next().value();
            long svn = platform.config().guestSvn();
            Bytes document = CorimDocument.encode(environment.get(), digest, svn);
            initializations.add(new dev.igvmtool.format.header.CorimDocument(
                    platform.platform().compatibilityMask(), document));
            measurements.add(new Measurement(environment.get().name().toLowerCase(Locale.ROOT), digest));
            String suffix = "-" + environment.get().name().toLowerCase(Locale.ROOT);
            companions.add(new Companion(suffix + ".cbor", document));
            String json = IdentityJson.of(
                    environment.get(), digest, svn, isDebug(platform.config().isolation()));
            companions.add(new Companion(suffix + ".json", Bytes.utf8(json)));
            if (platform.config().isolation() instanceof IsolationConfig.Snp snp) {
                Bytes block = IdBlock.CODEC.toBytes(idBlock(platform, snp, digest));
                companions.add(new Companion(suffix + ".idblock", block));
            }
        }
        IgvmFile file = new IgvmFile(merged.revision(), merged.platforms(), initializations, merged.directives());
        return new BuiltImage(file, MapFile.of(platforms), platforms, companions, measurements, inputs);
    }

    /** Digests for all platforms that somebody will vouch for, in their order. */
    private static List<LaunchDigest> digests(List<PlatformImage> platforms, IgvmFile merged) {
        return LaunchDigest.of(
                merged,
                platforms.stream()
                        .filter(it -> environment(it.config().isolation()).isPresent())
                        .map(it -> it.platform().platformType())
                        .toList());
    }

    /** Images without isolation are for nobody to vouch for. */
    private static Optional<CorimEnvironment> environment(IsolationConfig isolation) {
        if (isolation instanceof IsolationConfig.Snp) {
            return Optional.of(CorimEnvironment.SNP);
        }
        if (isolation instanceof IsolationConfig.Tdx) {
            return Optional.of(CorimEnvironment.TDX);
        }
        return isolation instanceof IsolationConfig.Vbs ? Optional.of(CorimEnvironment.VBS) : Optional.empty();
    }

    private static boolean isDebug(IsolationConfig isolation) {
        return isolation instanceof IsolationConfig.Snp snp && snp.enableDebug()
                || isolation instanceof IsolationConfig.Tdx tdx && tdx.enableDebug()
                || isolation instanceof IsolationConfig.Vbs vbs && vbs.enableDebug();
    }

    private static IdBlock idBlock(PlatformImage platform, IsolationConfig.Snp snp, Bytes digest) {
        boolean direct = platform.config().image() instanceof Image.SnpLinuxDirect;
        return new IdBlock(
                digest,
                direct ? DIRECT_FAMILY : OPENHCL_FAMILY,
                direct ? DIRECT_IMAGE : OPENHCL_IMAGE,
                IdBlock.VERSION,
                platform.config().guestSvn(),
                snp.guestPolicy());
    }
}
