using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Ledger.Queries;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Schema;
using static ImageGateway.SystemTests.Governance.Entries;

namespace ImageGateway.SystemTests.Governance;

/// <summary>Sums agree to the nano-USD, whichever table they are read from.</summary>
public abstract class SumTests(LedgerGateway gateway)
{
    private static readonly string[] Names = [.. UsageSum.Sums.Select(sum => sum.Name)];

    [Fact]
    public async Task Usage_and_costs_are_the_sums_of_the_entries()
    {
        var from = Moment("2024-02-01T00:00:00Z");
        var entries = await FillAsync(from, days: 20, count: 2000, seed: 1);
        var period = $"start_time={from / 1000}&end_time={(from / 1000) + (20 * 86_400)}";

        var costs = UsageSchema.CheckCosts(await gateway.ReadAsync($"/v1/organization/costs?{period}&limit=180&group_by=line_item&group_by=project_id"));
        var usage = UsageSchema.CheckUsage(await gateway.ReadAsync($"/v1/organization/usage/images?{period}&limit=31&group_by=size"));

        Assert.Equal(new NanoUsd(entries.Sum(entry => entry.Charge)).Usd, costs.Sum(result => (decimal)result["amount"]!["value"]!));
        foreach (var model in entries.GroupBy(entry => entry.ServedModel))
            Assert.Equal(new NanoUsd(model.Sum(entry => entry.Charge)).Usd, costs.Where(result => (string?)result["line_item"] == model.Key).Sum(result => (decimal)result["amount"]!["value"]!));
        var answered = entries.Where(entry => entry.Status == JobStatus.Completed).ToList();
        Assert.Equal((answered.Count, answered.Sum(entry => entry.Images)), (usage.Sum(result => (int)result["num_model_requests"]!), usage.Sum(result => (int)result["images"]!)));
    }

    [Fact]
    public async Task Any_period_sums_alike_from_entries_hours_days_and_totals()
    {
        var from = Moment("2023-02-01T00:00:00Z");
        var entries = await FillAsync(from, days: 4, count: 1500, seed: 2);
        var random = new Random(3);
        await using var connection = await gateway.Database.OpenAsync(CancellationToken.None);
        for (var i = 0; i < 60; i++)
        {
            var start = from + random.NextInt64(4 * UsageSum.Day);
            var end = start + 1 + random.NextInt64(from + (4 * UsageSum.Day) - start);
            var within = entries.Where(entry => entry.CreatedAt >= start && entry.CreatedAt < end).ToList();

            // By tenant the totals are read, by user the daily sums, in hours the hourly ones, in seconds the entries.
            foreach (var (dimension, width) in ((Dimension, long)[])[(Dimension.Tenant, 0), (Dimension.User, UsageSum.Day), (Dimension.Key, UsageSum.Hour), (Dimension.Model, 1000)])
            {
                var rows = await new SumQuery(start, end) { Sums = Names, GroupBy = [dimension], Width = width }.ListAsync(connection, from + (30 * UsageSum.Day), CancellationToken.None);
                Assert.Equal(Sums(within), rows.Aggregate(new long[Names.Length], (sum, row) => [.. sum.Zip(row.Values, (a, b) => a + b)]));
                Assert.All(rows, row => Assert.True(width == 0 || (row.Start % width == 0 && row.Start > start - width && row.Start < end)));
            }
        }
    }

    [Fact]
    public async Task Period_that_ends_now_is_read_to_the_end_of_the_day()
    {
        var now = Moment("2022-02-01T15:20:10Z");
        await gateway.WriteAsync(At("2022-02-01T00:00:00Z"), At("2022-02-01T15:20:09Z"));
        await using var connection = await gateway.Database.OpenAsync(CancellationToken.None);

        var row = Assert.Single(await new SumQuery(now - UsageSum.Day, now) { Sums = ["jobs"] }.ListAsync(connection, now, CancellationToken.None));

        Assert.Equal([2], row.Values);
        Assert.Equal([SumSource.Entries, SumSource.Hours, SumSource.Totals], Segments.Of(now - UsageSum.Day, now, SumSource.Totals, now).Select(segment => segment.Source));
    }

    // Random jobs of some tenants, users, models and outcomes; amounts to the nano-USD.
    private async Task<List<LedgerEntry>> FillAsync(long from, int days, int count, int seed)
    {
        var random = new Random(seed);
        var entries = Enumerable.Range(0, count).Select(_ => Random(random, from + random.NextInt64(days * UsageSum.Day))).ToList();
        await gateway.WriteAsync(entries);
        return entries;
    }

    private static LedgerEntry Random(Random random, long at)
    {
        string[] models = ["gpt-image-1", "gpt-image-1-mini", "dall-e-3"];
        var model = models[random.Next(3)];
        var entry = (At(at) with
        {
            Tenant = $"tenant-{random.Next(4)}",
            Project = $"project-{random.Next(2)}",
            KeyId = $"key-{random.Next(3)}",
            User = random.Next(2) == 0 ? null : $"user-{random.Next(5)}",
            ServedModel = model,
            Target = $"openai/{model}",
            Size = random.Next(2) == 0 ? "1024x1024" : "1536x1024",
            Images = random.Next(1, 4),
            Usage = new TokenUsage(random.Next(100), random.Next(1000), random.Next(50), random.Next(500), random.Next(5000), random.Next(10)),
            AvoidedCost = random.NextInt64(1000),
        }).Charged(random.NextInt64(1, 300_000_000));
        return random.Next(10) switch
        {
            0 => entry.Refused() with { ServedModel = entry.ServedModel },
            1 => entry with { Status = JobStatus.Failed },
            2 => entry with { Status = JobStatus.Abandoned },
            _ => entry,
        };
    }

    private static long[] Sums(List<LedgerEntry> entries)
    {
        var answered = entries.Where(entry => entry.Status == JobStatus.Completed && entry.Attempts.Count > 0).ToList();
        var usage = entries.Aggregate(default(TokenUsage), (sum, entry) => sum + entry.Usage);
        return
        [
            entries.Count, answered.Count, answered.Sum(entry => entry.Images), usage.TextInput, usage.ImageInput, usage.CachedTextInput, usage.CachedImageInput, usage.ImageOutput, usage.TextOutput,
            entries.Sum(entry => entry.Charge), entries.Sum(entry => entry.ListCost), entries.Sum(entry => entry.BilledCost), entries.Sum(entry => entry.AvoidedCost),
        ];
    }
}

public sealed class SqliteSumTests(LedgerGateway<SqliteDatabases> gateway) : SumTests(gateway), IClassFixture<LedgerGateway<SqliteDatabases>>;

public sealed class PostgresSumTests(LedgerGateway<PostgresDatabases> gateway) : SumTests(gateway), IClassFixture<LedgerGateway<PostgresDatabases>>;
