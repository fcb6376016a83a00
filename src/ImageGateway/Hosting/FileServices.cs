using System.Security.Cryptography;
using ImageGateway.Api;
using ImageGateway.Api.Files;
using ImageGateway.Caching;
using ImageGateway.Caching.Files;
using ImageGateway.Database;

namespace ImageGateway.Hosting;

/// <summary>Registers what hosts pictures: in Redis beside the cached answers, or in memory of their own.</summary>
internal static class FileServices
{
    public static void AddFiles(this IServiceCollection services, GatewaySnapshot snapshot, bool hasRedis)
    {
        var (options, key) = snapshot.Files;
        services.AddSingleton(new PublicUrl(snapshot.PublicUrl));
        services.AddSingleton<HostedAnswers>();
        services.AddSingleton<FileReaders>();
        services.AddSingleton<Func<BodyLimits>>(provider => () => provider.GetRequiredService<Snapshots>().Current.Limits);
        services.AddSingleton<ProviderPictures>();
        services.AddSingleton(provider => new FileLinks(key ?? provider.GetRequiredService<SigningKey>().Bytes, options.Ttl, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new HostedFiles(
            hasRedis ? provider.GetRequiredService<IAnswerStore>() : new MemoryAnswerStore(options.MemoryBytes, provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<FileLinks>(), options.MaxBytes));
    }

    /// <summary>The key of signatures that no configuration has: the database's, or one for as long as the process lives.</summary>
    public static async Task AddSigningKeyAsync(this IServiceCollection services, SqlDatabase? database) =>
        services.AddSingleton(new SigningKey(database is null ? RandomNumberGenerator.GetBytes(FileLinks.KeyBytes) : await GatewayKeys.FindOrMakeAsync(database, "files", FileLinks.KeyBytes)));

    private sealed record SigningKey(byte[] Bytes);
}
