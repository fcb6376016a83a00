using ImageGateway.Api.Reading;
using ImageGateway.Caching;
using ImageGateway.Caching.Files;
using ImageGateway.Images;

namespace ImageGateway.Tests;

/// <summary>Readers of jobs that fetch nothing and host nothing.</summary>
internal static class JobReaders
{
    public static JobReader Of(BlockPool pool, BufferBudget budget, PublicClient client)
    {
        var hosted = new HostedFiles(new MemoryAnswerStore(0, TimeProvider.System), new FileLinks(new byte[FileLinks.KeyBytes], TimeSpan.FromHours(1), TimeProvider.System), 0);
        return new JobReader(new JsonReader(pool, budget, new ImageFetcher(client, []), hosted), new FormReader(pool, budget));
    }
}
