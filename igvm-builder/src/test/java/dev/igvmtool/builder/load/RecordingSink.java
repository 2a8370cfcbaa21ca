package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.header.ParameterKind;
import java.util.ArrayList;
import java.util.List;

/** Writes down what loaders do. */
final class RecordingSink implements ImageSink {
    record Region(long gpa, long memoryBytes, String tag, Acceptance acceptance, Bytes data) {}

    final List<Region> regions = new ArrayList<>();
    final List<VbsRegister> registers = new ArrayList<>();

    @Override
    public void importRegion(long gpa, long memoryBytes, String tag, Acceptance acceptance, Bytes data) {
        regions.add(new Region(gpa, memoryBytes, tag, acceptance, data));
    }

    @Override
    public void importRegister(VbsRegister register) {
        registers.add(register);
    }

    @Override
    public int createParameterArea(long pageBase, long pageCount, String tag) {
        return 0;
    }

    @Override
    public void importParameter(int area, ParameterKind kind) {}

    @Override
    public void requireMemory(GpaRange range, boolean vtl2Protectable) {}

    @Override
    public void relocatableRegion(
            GpaRange region, long alignment, long minimumGpa, long maximumGpa, boolean applyPc, boolean applyGdtr) {}

    @Override
    public void pageTableRelocation(GpaRange region, long usedBytes) {}

    @Override
    public void setVpContextPage(long page) {}

    @Override
    public void announceImportedRegions(long listPage, long hashesPage, long hashesPageCount) {}

    @Override
    public void fillRam(long bytes) {}
}
