using Dapper;
using ImageGateway.Benchmarks.Load;
using Npgsql;

namespace ImageGateway.Chaos.Load;

/// <summary>How a gateway and its stores stand after a part of a soak; bytes and milliseconds.</summary>
internal sealed record SoakState(TimeSpan Length, int Jobs, IReadOnlyDictionary<int, int> Failures, double Median, double P99, long Resident, int Handles, int Threads, double Redis, double Database, long TotalJobs)
{
    /// <summary>Jobs that were not answered, whatever their status; 0 is a lost connection.</summary>
    public int Failed => Failures.Values.Sum();

    /// <summary>How it stood before the part; null: that was not asked.</summary>
    public SoakState? Before { get; init; }

    /// <summary>What a thousand jobs of this part added to the database, in bytes.</summary>
    public double DatabaseGrowth => 1000 * (Database - (Before?.Database ?? 0)) / (TotalJobs - (Before?.TotalJobs ?? 0));

    /// <summary>Reads it; <paramref name="outcomes"/> are those of the part that has just ended.</summary>
    public static async Task<SoakState> ReadAsync(LoadSystem system, NpgsqlConnection database, IReadOnlyList<Outcome> outcomes, TimeSpan length)
    {
        var latency = new Histogram();
        foreach (var outcome in outcomes)
            latency.Add(outcome.Took);
        var (folder, status) = ($"/proc/{system.Gateway.ProcessId}", File.ReadAllLines($"/proc/{system.Gateway.ProcessId}/status"));
        long Of(string name) => long.Parse(status.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim().Split(' ')[0]);
        var used = system.Redis.Command("INFO memory").Split("\r\n").Single(line => line.StartsWith("used_memory:", StringComparison.Ordinal));
        return new SoakState(
            length, outcomes.Count, outcomes.Where(outcome => outcome.Status != 200).CountBy(outcome => outcome.Status).ToDictionary(), latency.Percentile(0.5).TotalMilliseconds, latency.Percentile(0.99).TotalMilliseconds,
            1024 * Of("VmRSS:"), Directory.GetFiles($"{folder}/fd").Length, (int)Of("Threads:"), double.Parse(used[(used.IndexOf(':') + 1)..]),
            await database.ExecuteScalarAsync<long>("SELECT pg_database_size(current_database())"), await database.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM entries"));
    }
}
