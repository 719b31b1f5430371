/** The texts of compose.yaml and of the files of its nodes, by the service each belongs to. */
import composeText from "../../../conf/deploy/compose.yaml" with { type: "text" };
import dc1rack1 from "../../../conf/deploy/compose/dc1-rack1.yml" with { type: "text" };
import dc1rack2 from "../../../conf/deploy/compose/dc1-rack2.yml" with { type: "text" };
import dc2rack1 from "../../../conf/deploy/compose/dc2-rack1.yml" with { type: "text" };
import dc2rack2 from "../../../conf/deploy/compose/dc2-rack2.yml" with { type: "text" };

export { composeText };

export const nodeFiles: Readonly<Record<string, string>> = {
  "dc1-rack1": dc1rack1,
  "dc1-rack2": dc1rack2,
  "dc2-rack1": dc2rack1,
  "dc2-rack2": dc2rack2,
};
