/** INFO commandstats, errorstats and latencystats, in Redis' own lines. Times are those of clients' whole requests. */
import type { CommandStats } from "../command_stats.ts";
import type { InfoSection } from "../node_view.ts";

/** Redis' default of latency-tracking-info-percentiles. */
const percentiles = [50, 99, 99.9];

/** The sections; none of them is shown unless it is asked for, or everything is. */
export function commandInfo(stats: CommandStats): InfoSection[] {
  const commands = stats.list();
  return [
    {
      name: "Commandstats",
      entries: commands.map(({ name, calls, rejected, failed, latencyUs }) => {
        const usec = Math.round(latencyUs?.sum ?? 0);
        const perCall = calls === 0 ? 0 : usec / calls;
        return [
          `cmdstat_${name}`,
          `calls=${calls},usec=${usec},usec_per_call=${
            perCall.toFixed(2)
          },rejected_calls=${rejected},failed_calls=${failed}`,
        ];
      }),
      onRequest: true,
    },
    {
      name: "Errorstats",
      entries: [...stats.errors()].map(([name, count]) => [`errorstat_${name}`, `count=${count}`]),
      onRequest: true,
    },
    {
      name: "Latencystats",
      entries: commands.flatMap(({ name, latencyUs }) =>
        latencyUs === undefined ? [] : [[
          `latency_percentiles_usec_${name}`,
          percentiles.map((percentile) => `p${percentile}=${latencyUs.percentile(percentile / 100).toFixed(3)}`).join(
            ",",
          ),
        ]]
      ),
      onRequest: true,
    },
  ];
}
