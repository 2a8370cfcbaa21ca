package dev.igvmtool.measurement.tdx;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.measurement.PlatformDigest;
import dev.igvmtool.measurement.Sha;
import dev.igvmtool.measurement.Step;
import dev.igvmtool.measurement.Trace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * MRTD of TDX: one SHA-384 over TDH.MEM.PAGE.ADD of each page, followed by TDH.MR.EXTEND of its 256-byte chunks if the
 * page is measured. Registers are not measured.
 */
public final class TdxDigest implements PlatformDigest {
    private static final int HEADER_BYTES = 128;
    private static final int GPA_OFFSET = 16;
    private static final int CHUNK_BYTES = 256;
    private static final String ADD = "ADD";
    private static final String EXTEND = "ADD+EXTEND";

    private final MessageDigest hash = Sha.sha384();
    private final ByteBuffer pageAdd = header("MEM.PAGE.ADD");
    private final ByteBuffer extend = header("MR.EXTEND");
    private final byte[] page = new byte[PageData.PAGE_SIZE];
    private final Trace trace;

    /** The digest of an empty TD. */
    public TdxDigest(Trace trace) {
        this.trace = trace;
    }

    @Override
    public void page(PageData data) {
        add(data.gpa());
        if (data.flags().unmeasured()) {
            step(ADD, data.gpa(), "");
            return;
        }
        data.content().copyTo(0, page, 0, data.content().size());
        Arrays.fill(page, data.content().size(), page.length, (byte) 0);
        for (int offset = 0; offset < page.length; offset += CHUNK_BYTES) {
            extend.putLong(GPA_OFFSET, data.gpa() + offset);
            hash.update(extend.rewind());
            hash.update(page, offset, CHUNK_BYTES);
        }
        step(EXTEND, data.gpa(), data.content().isEmpty() ? "no data" : "");
    }

    @Override
    public void parameterPage(long gpa, int parameterAreaIndex) {
        add(gpa);
        step(ADD, gpa, trace.isOn() ? "parameter area " + parameterAreaIndex : "");
    }

    @Override
    public void vpContext(VpContext context) {
        // The processor state of a TD is fixed; the image carries its own in a page.
    }

    @Override
    public void errorRange(ErrorRange range) {
        // Shared memory is no part of a TD's build.
    }

    @Override
    public Bytes finish() {
        return Bytes.wrap(hash.digest());
    }

    private void add(long gpa) {
        pageAdd.putLong(GPA_OFFSET, gpa);
        hash.update(pageAdd.rewind());
    }

    private void step(String what, long gpa, String detail) {
        if (trace.isOn()) {
            trace.add(new Step(what, OptionalLong.of(gpa), what.equals(EXTEND), detail, Sha.soFar(hash)));
        }
    }

    private static ByteBuffer header(String name) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return header.put(0, name.getBytes(StandardCharsets.US_ASCII));
    }
}
