package dev.igvmtool.attestation.tdx;

import dev.igvmtool.attestation.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * One level of TCB info or of an identity: least versions, and what they are worth.
 *
 * @param sgxComponents 16 numbers; empty in identities
 * @param tdxComponents 16 numbers; empty in identities
 * @param svn PCE SVN in TCB info, ISV SVN in identities
 * @param date as in the document
 * @param status of who has these versions and not the next
 * @param advisories that apply
 */
public record TcbLevel(
        List<Integer> sgxComponents,
        List<Integer> tdxComponents,
        int svn,
        String date,
        TcbStatus status,
        List<String> advisories) {
    private static final int MAX_SVN = 0xffff;

    public TcbLevel {
        sgxComponents = List.copyOf(sgxComponents);
        tdxComponents = List.copyOf(tdxComponents);
        advisories = List.copyOf(advisories);
    }

    static List<TcbLevel> ofPlatform(JsonObject tcbInfo) {
        return tcbInfo.requiredObjects("tcbLevels").stream()
                .map(level -> {
                    JsonObject tcb = level.requiredObject("tcb");
                    return of(
                            level, components(tcb, "sgxtcbcomponents"), components(tcb, "tdxtcbcomponents"), "pcesvn");
                })
                .toList();
    }

    static List<TcbLevel> ofIdentity(JsonObject identity) {
        return identity.requiredObjects("tcbLevels").stream()
                .map(level -> of(level, List.of(), List.of(), "isvsvn"))
                .toList();
    }

    private static TcbLevel of(JsonObject level, List<Integer> sgx, List<Integer> tdx, String svn) {
        return new TcbLevel(
                sgx,
                tdx,
                (int) level.requiredObject("tcb").requiredNumber(svn, MAX_SVN),
                level.requiredText("tcbDate"),
                TcbStatus.of(level.requiredText("tcbStatus")),
                level.texts("advisoryIDs"));
    }

    private static List<Integer> components(JsonObject tcb, String name) {
        List<Integer> components = new ArrayList<>();
        for (JsonObject component : tcb.requiredObjects(name)) {
            components.add((int) component.requiredNumber("svn", 0xff));
        }
        if (components.size() != PckExtension.COMPONENTS) {
            throw tcb.error(name, "has " + components.size() + " components, expected " + PckExtension.COMPONENTS);
        }
        return components;
    }

    /** {@code UpToDate of 2023-02-15T00:00:00Z, INTEL-SA-00477}. */
    String describe() {
        return status.text() + " of " + date + (advisories.isEmpty() ? "" : ", " + String.join(", ", advisories));
    }
}
