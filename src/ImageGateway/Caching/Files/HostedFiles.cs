using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ImageGateway.Caching.Files;

/// <summary>Images that clients fetch by URL, and name by id in later edits. Stored like cached responses, with a separate size limit.</summary>
/// <param name="store">Stores the images.</param>
/// <param name="links">Signs their URLs.</param>
/// <param name="maxBytes">Bytes for a tenant's images; the least recently used are evicted.</param>
internal sealed class HostedFiles(IAnswerStore store, FileLinks links, long maxBytes)
{
    private const string Kind = "files";

    /// <summary>
    /// The response with a URL and an id in place of each image. An image that cannot be stored stays in the response: it is
    /// paid for.
    /// </summary>
    /// <param name="answer">The response.</param>
    /// <param name="owner">The tenant (<see cref="Images.Caller.Owner"/>).</param>
    /// <param name="origin">Scheme and host of the URLs.</param>
    public async Task<StoredAnswer> HostAsync(StoredAnswer answer, string owner, string origin)
    {
        var pictures = new List<StoredPicture>(answer.Pictures.Count);
        for (var i = 0; i < answer.Pictures.Count; i++)
        {
            var picture = answer.Pictures[i] with { Members = AnswerForms.ItemMembers(answer, i) };
            pictures.Add(picture.Bytes.IsEmpty ? picture : await HostAsync(picture, owner, origin));
        }
        return answer with { IsStream = false, Members = AnswerForms.TopMembers(answer), Pictures = pictures, Partials = [] };
    }

    /// <summary>The image; null when there is none.</summary>
    /// <exception cref="Images.GatewayException">The store does not answer.</exception>
    public async ValueTask<ReadOnlySequence<byte>?> FindAsync(FileId id) => (await store.ReadAsync(Partition(id), id.Key))?.Pictures[0].Bytes.Sequence;

    private async Task<StoredPicture> HostAsync(StoredPicture picture, string owner, string origin)
    {
        var id = FileId.New(owner);
        if (!await store.KeepAsync(Partition(id), id.Key, new StoredAnswer { IsStream = false, Pictures = [new StoredPicture(picture.Bytes, "")] }, links.Life))
            return picture;
        var members = new StringBuilder("\"url\":\"").Append(JsonEncodedText.Encode(origin + links.Address(id), System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)).Append("\",\"file_id\":\"").Append(id).Append('"');
        if (picture.Members.Length > 0)
            members.Append(',').Append(picture.Members);
        return new StoredPicture(PictureBytes.None, members.ToString());
    }

    private Partition Partition(FileId id) => new(id.Owner, Kind, maxBytes);
}
