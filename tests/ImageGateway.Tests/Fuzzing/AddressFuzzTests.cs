using System.Text;
using ImageGateway.Admin;
using ImageGateway.Api.Organization;
using ImageGateway.Api.Reading;
using ImageGateway.Caching.Files;
using ImageGateway.Images;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Xunit.Abstractions;

namespace ImageGateway.Tests.Fuzzing;

/// <summary>A signed address opens one picture and no other; file ids, cursors and query strings of any kind are read or refused.</summary>
public sealed class AddressFuzzTests(ITestOutputHelper output)
{
    private static readonly FileLinks Links = new([.. Enumerable.Repeat((byte)7, FileLinks.KeyBytes)], TimeSpan.FromHours(1), TimeProvider.System);
    private static readonly FileId Mine = FileId.New("acme");
    private static readonly string Address = Links.Address(Mine);
    private static readonly (string, int, int)[] Widths = [("1d", 7, 31), ("1h", 24, 168), ("1m", 60, 1440)];

    [Fact]
    public void Signed_address_is_good_for_its_own_picture_alone()
    {
        var parts = QueryHelpers.ParseQuery(new Uri($"http://gateway{Address}").Query);
        Assert.NotNull(Links.Left(Mine, parts["exp"], parts["sig"]));
        new Fuzzer(output).Run(20_000, random => Mutated(random, $"{Mine}\n{parts["exp"]}\n{parts["sig"]}", "\n"), (input, _) =>
        {
            if (Encoding.UTF8.GetString(input).Split('\n') is not [var id, var exp, var sig] || FileId.Parse(id) is not { } file)
                return;
            Assert.Equal(id, $"{file}");
            var isMine = file == Mine && exp == parts["exp"] && sig == parts["sig"];
            Assert.Equal(isMine, Links.Left(file, exp, sig) is not null);
            Assert.Equal(file.Owner == Mine.Owner, file.BelongsTo("acme"));
        });
    }

    [Fact]
    public void Query_is_read_or_refused()
    {
        var cursor = Cursor.Of("usage/1d", "1760000000000", "1770000000000");
        var seed = $"start_time=1760000000&end_time=1770000000&bucket_width=1d&limit=7&page={cursor}&from=2026-11-20T12:00:00Z&to=2026-11-21&project_ids[]=acme/web&project_ids[]=x&group_by=model";
        new Fuzzer(output).Run(10_000, random => Mutated(random, seed, "&", "=", "[]"), (input, _) =>
        {
            var query = new QueryReader(new QueryCollection(QueryHelpers.ParseQuery(Encoding.UTF8.GetString(input))));
            foreach (var read in (Action[])[() => Buckets(query), () => query.Period(), () => Assert.NotNull(new SumFilters(query).All)])
                AllowRefusal(read);
        });
    }

    // Whoever knows how a cursor is made makes any.
    [Fact]
    public void Cursor_of_anything_is_read_or_refused() => new Fuzzer(output).Run(10_000, random => Mutated(random, "usage/1d\n1760000000000\n1770000000000", "\n"), (input, _) =>
    {
        var parts = Encoding.UTF8.GetString(input).Split('\n');
        AllowRefusal(() => Assert.Equal(parts, Cursor.Read(Cursor.Of(parts), parts.Length)));
        AllowRefusal(() => Buckets(new QueryReader(new QueryCollection(new Dictionary<string, StringValues> { ["start_time"] = "1", ["page"] = Cursor.Of(parts) }))));
    });

    private static void Buckets(QueryReader query)
    {
        var before = long.MinValue;
        foreach (var (start, end) in BucketRequest.Read(query, "usage", Widths, 1_795_000_000_000).Buckets())
        {
            Assert.True(start < end && start >= before && DateTimeOffset.FromUnixTimeMilliseconds(end) > DateTimeOffset.UnixEpoch);
            before = end;
        }
    }

    private static void AllowRefusal(Action read)
    {
        try
        {
            read();
        }
        catch (GatewayException e)
        {
            Assert.InRange(ErrorEnvelope.Status(e.Error), 400, 499);
        }
    }

    private static byte[] Mutated(Random random, string text, params string[] separators)
    {
        var (mutator, bytes) = (new Mutator(random), Encoding.UTF8.GetBytes(text));
        return random.Chance(50) ? mutator.Bytes(bytes, bytes) : mutator.Pieces(bytes, separators);
    }
}
