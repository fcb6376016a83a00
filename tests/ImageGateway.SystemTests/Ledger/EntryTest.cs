using ImageGateway.SystemTests.Databases;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>A test of entries, on a gateway and a ledger of its own; in the end nothing is open, and the sums are those of the entries.</summary>
public abstract class EntryTest(TestDatabases databases) : IAsyncLifetime
{
    // The prompt "a fox" is 5 bytes: 5 tokens at worst, 2 as billed. A small low picture is 272 tokens, a partial one 100.
    private protected const long Worst = (5 * 5_000) + (272 * 40_000);
    private protected const long Billed = (2 * 5_000) + (272 * 40_000);

    private protected LedgerGateway Gateway { get; private set; } = null!;

    public async Task InitializeAsync() => Gateway = await LedgerGateway.StartAsync(await databases.NewAsync());

    public async Task DisposeAsync()
    {
        await Gateway.Ledger.CheckSumsAsync();
        Assert.Equal(0, await Gateway.Ledger.CountAsync("intents"));
        await Gateway.DisposeAsync();
    }
}
