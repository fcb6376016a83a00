namespace ImageGateway.SystemTests.Ledger;

/// <summary>Holds the provider's calls against the ledger's entries, job by job.</summary>
internal static class Accounts
{
    /// <summary>Fails unless every call the simulator took is an attempt of its job's only entry. Returns the jobs with calls that were announced and never made.</summary>
    public static async Task<IReadOnlyList<(LedgerRow Entry, int Uncalled)>> CheckAsync(LedgerGateway gateway, LedgerReader? ledger = null)
    {
        var entries = (await (ledger ?? gateway.Ledger).EntriesAsync("end_user IS NOT NULL AND corrects IS NULL")).ToDictionary(entry => entry.Text("end_user")!);
        var calls = gateway.Log.Calls.Where(call => call.Fields.Count > 0).CountBy(call => call.Fields["prompt"]).ToDictionary();
        foreach (var (job, count) in calls)
            Assert.True(entries.TryGetValue(job, out var entry) && entry.Attempts.Count >= count, $"{job}: {count} calls, {entry?.Attempts.Count ?? 0} attempts in its entry");
        return [.. entries.Select(entry => (entry.Value, entry.Value.Attempts.Count - calls.GetValueOrDefault(entry.Key))).Where(entry => entry.Item2 > 0)];
    }
}
