using System.Buffers;
using System.Runtime.InteropServices;
using ImageGateway.Caching;
using static ImageGateway.Tests.Caching.RecordedAnswers;

namespace ImageGateway.Tests.Caching;

/// <summary>What every store of answers does, whatever it keeps them in.</summary>
public abstract class AnswerStoreTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private protected static readonly Partition Acme = new("acme", "cache", 10_000_000);

    private protected abstract IAnswerStore Store { get; }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(491_520)]
    [InlineData(1_600_001)]
    public async Task Answer_is_found_as_it_was_kept(int bytes)
    {
        var answer = Of(bytes) with { Model = "gpt-image-1", Size = "1024x1024", Quality = "low", IsSimulated = true, NanoUsd = 12_345, StoredAt = DateTimeOffset.UnixEpoch };
        Assert.True(await Store.KeepAsync(Acme, "a", answer, Hour));
        Same(answer, await Store.FindAsync(Acme, "a"));
    }

    [Fact]
    public async Task Stream_is_found_with_its_partial_pictures()
    {
        var answer = Stored(Partial(new Random(1).Bytes(600_000), 0) + Partial([1], 1) + Completed(new Random(2).Bytes(700_000)));
        await Store.KeepAsync(Acme, "a", answer, Hour);
        Same(answer, await Store.FindAsync(Acme, "a"));
    }

    [Fact]
    public async Task Picture_of_30_MB_is_kept_where_it_fits()
    {
        var answer = Of(30_000_000);
        Assert.False(await Store.KeepAsync(Acme, "a", answer, Hour));
        Assert.Null(await Store.FindAsync(Acme, "a"));
        var wide = Acme with { MaxBytes = 40_000_000 };
        // Redis beside other tests may be too slow for so much at first.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await Store.KeepAsync(wide, "a", answer, Hour))
            await Task.Delay(50, patience.Token);
        Same(answer, await Store.FindAsync(wide, "a"));
    }

    [Fact]
    public async Task Tenant_kind_and_key_keep_answers_apart()
    {
        await Store.KeepAsync(Acme, "a", Of(10), Hour);
        Assert.Null(await Store.FindAsync(Acme with { Tenant = "other" }, "a"));
        Assert.Null(await Store.FindAsync(Acme with { Tenant = Partition.Shared }, "a"));
        Assert.Null(await Store.FindAsync(Acme with { Kind = "idempotency" }, "a"));
        Assert.Null(await Store.FindAsync(Acme, "b"));
    }

    [Fact]
    public async Task Last_answer_under_a_key_counts()
    {
        await Store.KeepAsync(Acme, "a", Of(600_000, seed: 1), Hour);
        await Store.KeepAsync(Acme, "a", Of(700_000, seed: 2), Hour);
        Same(Of(700_000, seed: 2), await Store.FindAsync(Acme, "a"));
    }

    [Fact]
    public async Task Above_its_bytes_a_partition_loses_what_was_used_longest_ago()
    {
        var partition = Acme with { MaxBytes = 350_000 };
        foreach (var key in (string[])["a", "b", "c"])
        {
            Assert.True(await Store.KeepAsync(partition, key, Of(100_000), Hour));
            await LaterAsync();
        }
        Assert.NotNull(await Store.FindAsync(partition, "a"));
        await LaterAsync();
        Assert.True(await Store.KeepAsync(partition, "d", Of(100_000), Hour));
        Assert.Null(await Store.FindAsync(partition, "b"));
        foreach (var key in (string[])["a", "c", "d"])
            Assert.NotNull(await Store.FindAsync(partition, key));
        Assert.True(await Store.KeepAsync(partition, "e", Of(300_000), Hour));
        foreach (var key in (string[])["a", "c", "d"])
            Assert.Null(await Store.FindAsync(partition, key));
    }

    [Theory]
    [InlineData("other", "cache")]
    [InlineData("acme", "files")]
    public async Task Answers_of_another_tenant_or_kind_take_none_of_a_partitions_bytes(string tenant, string kind)
    {
        var (partition, other) = (Acme with { MaxBytes = 150_000 }, new Partition(tenant, kind, 150_000));
        await Store.KeepAsync(partition, "a", Of(100_000), Hour);
        for (var i = 0; i < 5; i++)
            await Store.KeepAsync(other, $"{i}", Of(100_000), Hour);
        Assert.NotNull(await Store.FindAsync(partition, "a"));
    }

    [Fact]
    public async Task Replacing_an_answer_takes_its_bytes_once()
    {
        var partition = Acme with { MaxBytes = 250_000 };
        await Store.KeepAsync(partition, "a", Of(100_000), Hour);
        for (var i = 0; i < 5; i++)
            await Store.KeepAsync(partition, "b", Of(100_000), Hour);
        Assert.NotNull(await Store.FindAsync(partition, "a"));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1_199_999)]
    [InlineData(1, 600_000)]
    [InlineData(2, 40)]
    public async Task Picture_that_was_altered_is_a_miss(int picture, int position)
    {
        string Events() => Partial(new Random(3).Bytes(41), 0) + Completed(new Random(1).Bytes(1_200_000)) + Completed(new Random(2).Bytes(700_000));
        var kept = Stored(Events());
        await Store.KeepAsync(Acme, "a", kept, Hour);
        Same(kept, await Store.FindAsync(Acme, "a"));
        Alter("a", kept, picture, position);
        Assert.Null(await Store.FindAsync(Acme, "a"));
        await Store.KeepAsync(Acme, "a", Stored(Events()), Hour);
        Assert.NotNull(await Store.FindAsync(Acme, "a"));
    }

    /// <summary>Changes a byte of a picture, of the final ones and then of the partial ones, where the store has it.</summary>
    private protected abstract void Alter(string key, StoredAnswer kept, int picture, int position);

    /// <summary>Lets so much time pass that uses can be told apart.</summary>
    private protected virtual Task LaterAsync() => Task.CompletedTask;

    private protected static void Same(StoredAnswer expected, StoredAnswer? found)
    {
        Assert.NotNull(found);
        Assert.Equal(expected with { Pictures = [], Partials = [] }, found with { Pictures = [], Partials = [] }, Plain);
        foreach (var (theirs, ours) in (((IReadOnlyList<StoredPicture>, IReadOnlyList<StoredPicture>)[])[(expected.Pictures, found.Pictures), (expected.Partials, found.Partials)]))
        {
            Assert.Equal(theirs.Select(picture => (picture.Members, picture.Index)), ours.Select(picture => (picture.Members, picture.Index)));
            Assert.All(theirs.Zip(ours), pair => Assert.True(pair.First.Bytes.Sequence.ToArray().AsSpan().SequenceEqual(pair.Second.Bytes.Sequence.ToArray())));
        }
    }

    // Lists are the same by their reference only.
    private static bool Plain(StoredAnswer a, StoredAnswer b) =>
        (a.IsStream, a.Members, a.Model, a.Size, a.Quality, a.IsSimulated, a.NanoUsd, a.StoredAt) == (b.IsStream, b.Members, b.Model, b.Size, b.Quality, b.IsSimulated, b.NanoUsd, b.StoredAt);
}

public sealed class MemoryAnswerStoreTests : AnswerStoreTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly ManualTime _time = new();

    private protected override IAnswerStore Store => field ??= new MemoryAnswerStore(100_000_000, _time);

    // The store has the answer itself.
    private protected override void Alter(string key, StoredAnswer kept, int picture, int position)
    {
        var bytes = kept.Pictures.Concat(kept.Partials).ElementAt(picture).Bytes.Sequence.Slice(position).First;
        MemoryMarshal.AsMemory(bytes).Span[0] ^= 1;
    }

    [Fact]
    public async Task What_was_altered_takes_no_more_bytes()
    {
        var kept = Of(100_000);
        await Store.KeepAsync(Acme, "a", kept, TimeSpan.FromHours(1));
        Alter("a", kept, 0, 50_000);
        Assert.Null(await Store.FindAsync(Acme, "a"));
        Assert.Equal(0, ((MemoryAnswerStore)Store).Bytes);
    }

    [Fact]
    public async Task Answer_is_gone_when_its_time_is_over()
    {
        await Store.KeepAsync(Acme, "a", Of(10), TimeSpan.FromMinutes(5));
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.NotNull(await Store.FindAsync(Acme, "a"));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(await Store.FindAsync(Acme, "a"));
        Assert.Equal(0, ((MemoryAnswerStore)Store).Bytes);
    }

    [Fact]
    public async Task Cached_answers_make_room_for_keys_and_jobs_and_are_not_kept_where_these_take_all()
    {
        var store = new MemoryAnswerStore(300_000, _time);
        var (cache, keys, jobs) = (new Partition("busy", Partition.Cache, 1_000_000), new Partition("quiet", Partition.Keys, 1_000_000), new Partition("quiet", "jobs", 1_000_000));
        Assert.True(await store.KeepAsync(keys, "a", Of(90_000), Hour));
        for (var i = 0; i < 5; i++)
            Assert.True(await store.KeepAsync(cache, $"{i}", Of(90_000), Hour));
        Assert.NotNull(await store.FindAsync(keys, "a"));
        Assert.True(await store.KeepAsync(jobs, "a", Of(90_000), Hour));
        Assert.True(await store.KeepAsync(jobs, "b", Of(90_000), Hour));
        Assert.NotNull(await store.FindAsync(keys, "a"));
        Assert.False(await store.KeepAsync(cache, "5", Of(90_000), Hour));
    }

    [Fact]
    public async Task One_tenants_keys_take_half_of_the_process_and_none_of_anothers()
    {
        var store = new MemoryAnswerStore(400_000, _time);
        var (busy, busier, quiet) = (new Partition("busy", Partition.Keys, 1_000_000), new Partition("busier", Partition.Keys, 1_000_000), new Partition("quiet", Partition.Keys, 1_000_000));
        Assert.True(await store.KeepAsync(quiet, "a", Of(90_000), Hour));
        for (var i = 0; i < 5; i++)
        {
            Assert.True(await store.KeepAsync(busy, $"{i}", Of(90_000), Hour));
            Assert.InRange(store.Bytes, 90_000, 300_000);
        }
        for (var i = 0; i < 5; i++)
            Assert.True(await store.KeepAsync(busier, $"{i}", Of(90_000), Hour));
        Assert.NotNull(await store.FindAsync(quiet, "a"));
        Assert.NotNull(await store.FindAsync(busier, "4"));
        Assert.False(await store.KeepAsync(quiet, "b", Of(210_000), Hour));
    }

    [Fact]
    public async Task Process_keeps_no_more_than_its_bytes_whoevers_they_are()
    {
        var store = new MemoryAnswerStore(300_000, _time);
        for (var i = 0; i < 20; i++)
        {
            await store.KeepAsync(new Partition($"tenant{i % 7}", "cache", 1_000_000), $"{i}", Of(90_000), TimeSpan.FromHours(1));
            Assert.InRange(store.Bytes, 1, 300_000);
        }
        Assert.Null(await store.FindAsync(new Partition("tenant2", "cache", 1_000_000), "16"));
        Assert.NotNull(await store.FindAsync(new Partition("tenant5", "cache", 1_000_000), "19"));
    }
}
