package dev.igvmtool.measurement.vbs;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.VbsVpContext;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataType;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.measurement.PlatformDigest;
import dev.igvmtool.measurement.Sha;
import dev.igvmtool.measurement.Step;
import dev.igvmtool.measurement.Trace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * The VBS boot digest: a SHA-256 chain over one chunk for each page, then, after everything else, one for each register
 * of each processor context.
 */
public final class VbsDigest implements PlatformDigest {
    private static final int PAGE_CHUNK_BYTES = 32 + PageData.PAGE_SIZE;
    private static final int REGISTER_CHUNK_BYTES = 48;
    private static final int TYPE_REGISTER = 0;
    private static final int TYPE_PAGE = 2;
    private static final long READABLE = 1;
    private static final long WRITABLE = 2;
    private static final long UNMEASURED = 4;
    // A damaged size must not keep the tool busy for years.
    private static final long MAX_ERROR_PAGES = 1 << 20;

    private final MessageDigest hash = Sha.sha256();
    private byte[] current = new byte[32];
    private final ByteBuffer chunk = ByteBuffer.allocate(PAGE_CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final List<VbsVpContext> contexts = new ArrayList<>();
    private final Trace trace;

    /** A chain that starts where every launch starts. */
    public VbsDigest(Trace trace) {
        this.trace = trace;
    }

    @Override
    public void page(PageData data) {
        if (data.dataType() != PageDataType.NORMAL) {
            throw new FormatException(String.format(
                    "page data of type %s at GPA 0x%x, expected NORMAL on platform VSM_ISOLATION",
                    data.dataType(), data.gpa()));
        }
        if (data.flags().unmeasured()) {
            extend(data.gpa(), UNMEASURED, Bytes.EMPTY, "");
        } else {
            extend(data.gpa(), 0, data.content(), data.content().isEmpty() ? "no data" : "");
        }
    }

    @Override
    public void parameterPage(long gpa, int parameterAreaIndex) {
        extend(gpa, UNMEASURED, Bytes.EMPTY, trace.isOn() ? "parameter area " + parameterAreaIndex : "");
    }

    @Override
    public void vpContext(VpContext context) {
        contexts.add(VbsVpContext.read(context.content()));
    }

    @Override
    public void errorRange(ErrorRange range) {
        long pages = (range.sizeBytes() + PageData.PAGE_SIZE - 1) / PageData.PAGE_SIZE;
        if (pages > MAX_ERROR_PAGES) {
            throw new FormatException(String.format(
                    "error range at GPA 0x%x has %d pages, expected at most %d", range.gpa(), pages, MAX_ERROR_PAGES));
        }
        for (long page = 0; page < pages; page++) {
            extend(
                    range.gpa() + page * PageData.PAGE_SIZE,
                    READABLE | WRITABLE | UNMEASURED,
                    Bytes.EMPTY,
                    "error range");
        }
    }

    @Override
    public Bytes finish() {
        byte[] digest = current;
        for (VbsVpContext context : contexts) {
            for (VbsRegister register : context.registers()) {
                ByteBuffer record = ByteBuffer.allocate(REGISTER_CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
                record.putInt(REGISTER_CHUNK_BYTES).putInt(TYPE_REGISTER).putLong(0);
                record.putInt(0).put((byte) context.vtl());
                record.putInt(28, register.name());
                record.put(32, register.value().toByteArray());
                hash.update(digest);
                digest = hash.digest(record.array());
                if (trace.isOn()) {
                    trace.add(new Step(
                            "REGISTER", OptionalLong.empty(), true, text(context.vtl(), register), Bytes.of(digest)));
                }
            }
        }
        return Bytes.of(digest);
    }

    private static String text(int vtl, VbsRegister register) {
        return String.format(
                "VTL %d, register 0x%08x = %s",
                vtl, register.name(), register.value().toHex());
    }

    private void extend(long gpa, long metadata, Bytes content, String detail) {
        chunk.clear();
        chunk.putInt(PAGE_CHUNK_BYTES).putInt(TYPE_PAGE).putLong(0);
        chunk.putLong(metadata).putLong(Long.divideUnsigned(gpa, PageData.PAGE_SIZE));
        chunk.put(content.asBuffer());
        Arrays.fill(chunk.array(), chunk.position(), PAGE_CHUNK_BYTES, (byte) 0);
        hash.update(current);
        current = hash.digest(chunk.array());
        if (trace.isOn()) {
            boolean withContent = (metadata & UNMEASURED) == 0;
            String what = withContent ? "PAGE" : "PAGE_UNMEASURED";
            trace.add(new Step(what, OptionalLong.of(gpa), withContent, detail, Bytes.of(current)));
        }
    }
}
