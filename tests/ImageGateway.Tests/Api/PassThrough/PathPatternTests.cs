using ImageGateway.Api.PassThrough;

namespace ImageGateway.Tests.Api.PassThrough;

public sealed class PathPatternTests
{
    [Theory]
    [InlineData("/v1/files", "/v1/files", true)]
    [InlineData("/v1/files", "/V1/Files/", true)]
    [InlineData("/v1/files", "/v1/files/1", false)]
    [InlineData("/v1/files", "/v1/file", false)]
    [InlineData("/v1/files/{id}", "/v1/files/1", true)]
    [InlineData("/v1/files/{id}", "/v1/files", false)]
    [InlineData("/v1/files/{id}", "/v1/files//", false)]
    [InlineData("/v1/files/{id}/content", "/v1/files/1/content", true)]
    [InlineData("/v1/files/{**rest}", "/v1/files", true)]
    [InlineData("/v1/files/{**rest}", "/v1/files/1/2/3", true)]
    [InlineData("/v1/files/{**rest}", "/v1/filesystem", false)]
    [InlineData("/v1/files/{*rest}", "/v1//files", false)]
    public void Path_matches_by_segments(string pattern, string path, bool matches) => Assert.Equal(matches, PathPattern.Parse(pattern)!.Matches(path));

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("v1/files")]
    [InlineData("/v1//files")]
    [InlineData("/v1/files/")]
    [InlineData("/v1/{**rest}/files")]
    [InlineData("/v1/{id:int}")]
    [InlineData("/v1/{id?}")]
    [InlineData("/v1/a{id}")]
    [InlineData("/v1/../admin")]
    [InlineData("/v1/a?b")]
    [InlineData("/v1/{}")]
    public void Anything_else_is_no_pattern(string text) => Assert.Null(PathPattern.Parse(text));

    [Theory]
    [InlineData("/v1/{**rest}", "/v1/images/{**rest}", true)]
    [InlineData("/{root}/images/x", "/v1/images/{**rest}", true)]
    [InlineData("/v1/{any}", "/v1/images/{**rest}", true)]
    [InlineData("/v1/IMAGES/x/y", "/v1/images/{**rest}", true)]
    [InlineData("/v1/quota/{id}", "/v1/quota", false)]
    [InlineData("/v1/files/{**rest}", "/v1/images/{**rest}", false)]
    [InlineData("/v1", "/v1/images/{**rest}", false)]
    public void Patterns_overlap_when_a_path_is_both(string one, string other, bool overlaps)
    {
        Assert.Equal(overlaps, PathPattern.Parse(one)!.Overlaps(PathPattern.Parse(other)!));
        Assert.Equal(overlaps, PathPattern.Parse(other)!.Overlaps(PathPattern.Parse(one)!));
    }
}
