using ImageGateway.Database;
using ImageGateway.Ledger;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>What the spool kept gets to the database in order and once, whatever happened to the file or its process.</summary>
public abstract class SpoolTests(TestDatabases databases) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();
    private LedgerReader _ledger = null!;

    private string File => Path.Combine(_folder.Path, "ledger.spool");

    public async Task InitializeAsync()
    {
        _ledger = new LedgerReader(await databases.NewAsync());
        await Migrations.ApplyAsync(_ledger.Database, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _ledger.CheckSumsAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Replay_twice_gives_nothing_twice()
    {
        var (done, open) = (Works("done"), Works("open")[..1]);
        Append([.. done, .. open]);
        var kept = await System.IO.File.ReadAllBytesAsync(File);
        for (var time = 0; time < 2; time++)
        {
            await System.IO.File.WriteAllBytesAsync(File, kept);
            Replay();
            Assert.Equal((1, 1), (await _ledger.CountAsync("entries"), await _ledger.CountAsync("intents")));
            Assert.Equal(0, new FileInfo(File).Length);
        }
        Assert.Equal(("done", 60L), ((await _ledger.OnlyEntryAsync()).Id, (await _ledger.OnlyEntryAsync()).Number("charge")));
        Assert.Equal("open", (await _ledger.IntentsAsync())[0].Id);
    }

    [Fact]
    public async Task Replay_that_fails_in_the_middle_is_repeated_whole()
    {
        Append([.. Enumerable.Range(0, 700).SelectMany(i => Works($"job-{i:000}"))]);
        using var spool = new LedgerSpool(File, 1 << 24, TimeProvider.System, NullLogger<LedgerSpool>.Instance);
        var batches = 0;
        Assert.Throws<IOException>(() => spool.Replay(works =>
        {
            Commit(works);
            if (++batches == 2)
                throw new IOException("The database is away again.");
        }));
        Assert.True(spool.HasContent);
        spool.Replay(Commit);
        Assert.False(spool.HasContent);
        Assert.Equal((700, 0), (await _ledger.CountAsync("entries"), await _ledger.CountAsync("intents")));
    }

    // A crash may tear the last line anywhere, also behind one of its inner braces.
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData('}')]
    public async Task Torn_last_line_is_ignored_and_what_follows_is_not_glued_to_it(int tear)
    {
        Append(Works("whole"));
        var whole = new FileInfo(File).Length;
        Append(Works("torn"));
        var text = await System.IO.File.ReadAllTextAsync(File);
        var end = tear switch { '}' => text.IndexOf('}', (int)whole) + 1, < 0 => text.IndexOf('\n', (int)whole), _ => (int)whole + tear };
        await System.IO.File.WriteAllTextAsync(File, text[..end]);
        Append(Works("later"));
        Assert.Equal(0, Replay());
        Assert.Equal(["later", "whole"], (await _ledger.EntriesAsync()).Select(entry => entry.Id).Order());
        Assert.Equal(0, await _ledger.CountAsync("intents"));
    }

    [Fact]
    public async Task Line_that_the_disk_has_lost_is_left_out_and_counted()
    {
        Append(Works("one"));
        await System.IO.File.AppendAllTextAsync(File, new string('\0', 3000) + "\n");
        Append(Works("two"));
        Assert.Equal(1, Replay());
        Assert.Equal(["one", "two"], (await _ledger.EntriesAsync()).Select(entry => entry.Id).Order());
    }

    [Fact]
    public async Task Process_whose_file_is_in_use_takes_another_and_the_next_replays_both()
    {
        using (var other = new LedgerSpool(File, 1 << 20, TimeProvider.System, NullLogger<LedgerSpool>.Instance))
        {
            Assert.True(other.Append(Works("first")));
            Append(Works("second"));
            Assert.Equal(2, Directory.GetFiles(_folder.Path, "ledger.spool*").Length);
            // The other's own is left alone while it lives.
            Replay();
            Assert.Equal("second", (await _ledger.OnlyEntryAsync()).Id);
        }
        Replay();
        Assert.Equal(["first", "second"], (await _ledger.EntriesAsync()).Select(entry => entry.Id).Order());
    }

    // One that a container of another user left would have ended the process at each start.
    [Fact]
    public async Task File_that_may_not_be_opened_is_passed_over()
    {
        Directory.CreateDirectory(File);
        Append(Works("one"));
        Replay();
        Assert.Equal("one", (await _ledger.OnlyEntryAsync()).Id);
    }

    [Fact]
    public void Full_spool_takes_nothing_more_and_keeps_what_it_has()
    {
        using var spool = new LedgerSpool(File, 5000, TimeProvider.System, NullLogger<LedgerSpool>.Instance);
        Assert.True(spool.Append(Works("fits")));
        var length = new FileInfo(File).Length;
        Assert.False(spool.Append(Enumerable.Range(0, 20).SelectMany(i => Works($"{i}"))));
        Assert.Equal(length, new FileInfo(File).Length);
    }

    [Fact]
    public async Task Spool_of_a_dead_process_is_replayed_by_the_next_gateway()
    {
        await using var gateway = await LedgerGateway.PrepareAsync(_ledger.ConnectionString);
        using (var dead = new LedgerSpool(Path.Combine(gateway.Folder, "data", "ledger.spool"), 1 << 20, TimeProvider.System, NullLogger<LedgerSpool>.Instance))
            Assert.True(dead.Append([.. Works("done"), Works("open")[0]]));
        using var process = await gateway.StartProcessAsync();
        Assert.Equal("completed", (await _ledger.EntryAsync("done")).Text("status"));
        await process.TerminateAsync();
        Assert.Equal(0, await process.ExitCodeAsync());
        // Nobody renews the lease of the job that was open: the next one closes it.
        using var next = await gateway.StartProcessAsync();
        Assert.Equal(("abandoned", "abandoned"), (await _ledger.EntryAsync("open")).End);
        await next.TerminateAsync();
        Assert.Equal(0, await next.ExitCodeAsync());
    }

    // A job's intent and its entry.
    private List<LedgerWork> Works(string job)
    {
        var record = new LedgerEntry
        {
            Id = job,
            CreatedAt = _time.Now.ToUnixTimeMilliseconds(),
            Tenant = "acme",
            Project = "web",
            KeyId = "acme/web",
            Operation = "generation",
            User = "a }\n{ b",
            Basis = Images.ChargeBasis.Estimate,
            Status = Images.JobStatus.Failed,
            Charge = 100,
            Attempts = [new(1, "west/gpt-image-1", "gpt-image-1", null, null, null, 0, 100, 100, Images.ChargeBasis.Estimate, 100, false)],
        };
        return [new(record, $"{job}/1", "a-dead-process"), new(record with { Status = Images.JobStatus.Completed, Basis = Images.ChargeBasis.Usage, Charge = 60 }, null, "a-dead-process")];
    }

    private void Append(IEnumerable<LedgerWork> works)
    {
        using var spool = new LedgerSpool(File, 1 << 24, TimeProvider.System, NullLogger<LedgerSpool>.Instance);
        Assert.True(spool.Append(works));
    }

    private int Replay()
    {
        using var spool = new LedgerSpool(File, 1 << 24, TimeProvider.System, NullLogger<LedgerSpool>.Instance);
        return spool.Replay(Commit);
    }

    private void Commit(IReadOnlyList<LedgerWork> works)
    {
        using var connection = _ledger.Database.Open();
        using var store = new LedgerStore(connection);
        store.Commit(works);
    }
}

public sealed class SqliteSpoolTests(SqliteDatabases databases) : SpoolTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresSpoolTests(PostgresDatabases databases) : SpoolTests(databases), IClassFixture<PostgresDatabases>;
