package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the versions of platform, TDX module and quoting enclave are worth. Each has a status of its own; the worst of them
 * is that of the whole.
 */
final class TcbChecks {
    private static final int MODULE_SVN = 0;
    private static final int MODULE_VERSION = 1;

    private final TdxSubject subject;
    private final TdxPolicy policy;
    private final TdBody body;
    private final List<TcbLevel> met = new ArrayList<>();
    private boolean complete = true;

    TcbChecks(TdxSubject subject, TdxPolicy policy) {
        this.subject = subject;
        this.policy = policy;
        this.body = subject.quote().body();
    }

    Group group() {
        List<Verdict> checks = new ArrayList<>();
        if (subject.tcbInfo().isPresent()) {
            platform(subject.tcbInfo().get(), checks);
            module(subject.tcbInfo().get(), checks);
        } else {
            missing("TCB level of the platform", TdxClause.TCB_INFO, "no TCB info is given", checks);
        }
        if (subject.qeIdentity().isPresent()) {
            int svn = subject.quote().qeReport().isvSvn();
            level(
                    "TCB level of the quoting enclave",
                    firstAtMost(subject.qeIdentity().get().levels(), svn),
                    "ISV SVN " + svn,
                    TdxClause.IDENTITY,
                    checks);
        } else {
            missing("TCB level of the quoting enclave", TdxClause.IDENTITY, "no identity is given", checks);
        }
        checks.add(status());
        checks.add(advisories());
        checks.add(minimumTeeTcbSvn());
        return new Group("TCB", checks);
    }

    private void missing(String name, String clause, String why, List<Verdict> checks) {
        complete = false;
        checks.add(Check.missing(name, clause, why));
    }

    private void platform(TcbInfo info, List<Verdict> checks) {
        if (subject.pck().isEmpty()) {
            missing(
                    "TCB level of the platform",
                    TdxClause.TCB_INFO,
                    "the PCK certificate does not tell its versions",
                    checks);
            return;
        }
        PckExtension pck = subject.pck().get();
        Optional<TcbLevel> level =
                info.levels().stream().filter(it -> isMet(it, pck)).findFirst();
        level(
                "TCB level of the platform",
                level,
                "components " + pck.componentSvns() + ", PCE SVN " + pck.pceSvn() + ", TEE_TCB_SVN "
                        + body.teeTcbSvn().toHex(),
                TdxClause.TCB_INFO,
                checks);
        // Intel's own verifier also wants the level to be of the module's version when that is 0.
        if (level.isPresent() && moduleVersion() == 0) {
            checks.add(Check.equal(
                    "module version of the level",
                    level.get().tdxComponents().get(MODULE_VERSION),
                    0,
                    TdxClause.TCB_INFO));
        }
    }

    private int moduleVersion() {
        return body.teeTcbSvn().u8(MODULE_VERSION);
    }

    private boolean isMet(TcbLevel level, PckExtension pck) {
        for (int i = 0; i < PckExtension.COMPONENTS; i++) {
            if (pck.componentSvns().get(i) < level.sgxComponents().get(i)) {
                return false;
            }
        }
        // A module of a later version has an identity of its own, which judges the first two.
        for (int i = moduleVersion() > 0 ? 2 : 0; i < PckExtension.COMPONENTS; i++) {
            if (body.teeTcbSvn().u8(i) < level.tdxComponents().get(i)) {
                return false;
            }
        }
        return pck.pceSvn() >= level.svn();
    }

    private void module(TcbInfo info, List<Verdict> checks) {
        if (moduleVersion() == 0) {
            module(info.module(), checks);
            return;
        }
        String id = String.format("TDX_%02x", moduleVersion());
        Optional<ModuleIdentity> identity = info.modules().stream()
                .filter(it -> it.id().equalsIgnoreCase(id))
                .findFirst();
        if (identity.isEmpty()) {
            complete = false;
            checks.add(Check.fail("TDX module", "no identity " + id, "an identity of " + id, TdxClause.TCB_INFO));
            return;
        }
        module(identity.get(), checks);
        int svn = body.teeTcbSvn().u8(MODULE_SVN);
        level(
                "TCB level of the TDX module",
                firstAtMost(identity.get().levels(), svn),
                id + ", ISV SVN " + svn,
                TdxClause.TCB_INFO,
                checks);
    }

    private void module(ModuleIdentity identity, List<Verdict> checks) {
        checks.add(Check.equal(
                "MRSIGNERSEAM", body.mrSignerSeam().toHex(), identity.signer().toHex(), TdxClause.TCB_INFO));
        Masked attributes = new Masked(body.seamAttributes(), identity.mask());
        checks.add(Check.equal(
                        "SEAM attributes",
                        attributes.toHex(),
                        identity.attributes().toHex(),
                        TdxClause.TCB_INFO)
                .withNote("under mask " + identity.mask().toHex()));
    }

    private static Optional<TcbLevel> firstAtMost(List<TcbLevel> levels, int svn) {
        return levels.stream().filter(level -> level.svn() <= svn).findFirst();
    }

    private void level(String name, Optional<TcbLevel> level, String versions, String clause, List<Verdict> checks) {
        if (level.isEmpty()) {
            complete = false;
            checks.add(
                    Check.fail(name, "no matching TCB level", "a level", clause).withNote(versions));
            return;
        }
        met.add(level.get());
        checks.add(Check.of(name, isAllowed(level.get().status()), level.get().describe(), allowed(), clause)
                .withNote(versions));
    }

    private boolean isAllowed(TcbStatus status) {
        return status != TcbStatus.REVOKED && policy.statuses.contains(status);
    }

    private String allowed() {
        return policy.statuses.stream()
                .filter(status -> status != TcbStatus.REVOKED)
                .sorted()
                .map(TcbStatus::text)
                .collect(Collectors.joining(" or "));
    }

    private Check status() {
        Optional<TcbStatus> worst = met.stream().map(TcbLevel::status).reduce(TcbStatus::worse);
        if (worst.isEmpty() || !complete) {
            return Check.missing("status", TdxClause.TCB_INFO, "not every part has a TCB level");
        }
        return Check.of("status", isAllowed(worst.get()), worst.get().text(), allowed(), TdxClause.TCB_INFO)
                .withNote("the worst of all parts");
    }

    private Check advisories() {
        TreeSet<String> found = new TreeSet<>();
        met.forEach(level -> found.addAll(level.advisories()));
        String text = found.isEmpty() ? "none" : String.join(", ", found);
        if (policy.forbiddenAdvisories.isEmpty()) {
            return Check.skipped("advisories", text, TdxClause.TCB_INFO, "the policy does not ask for it");
        }
        boolean clear = found.stream().noneMatch(policy.forbiddenAdvisories::contains);
        return Check.of(
                "advisories",
                clear,
                text,
                "none of " + String.join(", ", new TreeSet<>(policy.forbiddenAdvisories)),
                TdxClause.TCB_INFO);
    }

    private Check minimumTeeTcbSvn() {
        Bytes found = body.teeTcbSvn();
        if (policy.minimumTeeTcbSvn.isEmpty()) {
            return Check.skipped(
                    "minimum TEE_TCB_SVN", found.toHex(), TdxClause.BODY, "the policy does not ask for it");
        }
        Bytes floor = policy.minimumTeeTcbSvn.get();
        boolean passed = true;
        for (int i = 0; i < found.size(); i++) {
            passed &= found.u8(i) >= floor.u8(i);
        }
        return Check.of(
                "minimum TEE_TCB_SVN", passed, found.toHex(), "each byte at least " + floor.toHex(), TdxClause.BODY);
    }
}
